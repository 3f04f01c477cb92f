{{ config(materialized='table') }}
-- One row per line of mandats_AAAA-MM.
{{ lignes_comptables('mandats', 'mandat') }}
