{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('referentiel', 'dispositifs') }}
