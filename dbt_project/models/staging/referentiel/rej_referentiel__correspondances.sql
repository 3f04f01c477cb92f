{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('referentiel', 'correspondances') }}
