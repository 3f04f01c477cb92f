{{ config(materialized='ephemeral', access='private') }}
-- One row per line of mandats_AAAA-MM.
{{ lignes_comptables('mandats', 'mandat') }}
