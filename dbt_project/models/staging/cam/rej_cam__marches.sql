{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('cam', 'marches') }}
