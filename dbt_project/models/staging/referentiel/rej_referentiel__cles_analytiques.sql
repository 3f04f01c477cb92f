{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('referentiel', 'cles_analytiques') }}
