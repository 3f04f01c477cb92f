{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('rh', 'masse_salariale') }}
