{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('rh', 'temps') }}
