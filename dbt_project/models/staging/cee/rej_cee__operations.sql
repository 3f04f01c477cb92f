{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('cee', 'operations') }}
