{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('rh', 'agents', colonnes=['matricule', 'segment_chevauchant', 'affectation_sup_100']) }}
