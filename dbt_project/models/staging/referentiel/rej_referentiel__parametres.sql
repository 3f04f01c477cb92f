{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('referentiel', 'parametres') }}
