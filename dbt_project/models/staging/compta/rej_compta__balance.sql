{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('compta', 'balance') }}
