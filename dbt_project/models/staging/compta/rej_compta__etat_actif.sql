{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('compta', 'etat_actif') }}
