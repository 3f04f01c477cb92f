{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('cee', 'ventes') }}
