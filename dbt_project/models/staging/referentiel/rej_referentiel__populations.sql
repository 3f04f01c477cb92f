{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('referentiel', 'populations') }}
