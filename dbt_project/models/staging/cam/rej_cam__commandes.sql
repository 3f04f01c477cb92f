{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('cam', 'commandes', colonnes=['montant_ht']) }}
