{{ config(materialized='ephemeral', access='private') }}
-- One row per line of titres_AAAA-MM.
{{ lignes_comptables('titres', 'titre') }}
