{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('referentiel', 'bornes', colonnes=['gravite']) }}
