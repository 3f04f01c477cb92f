{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('compta', 'etat_actif', colonnes=['valeur_brute']) }}
