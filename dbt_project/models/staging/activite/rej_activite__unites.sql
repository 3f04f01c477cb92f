{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('activite', 'unites') }}
