{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('rh', 'temps', colonnes=['duree', 'type_jour']) }}
