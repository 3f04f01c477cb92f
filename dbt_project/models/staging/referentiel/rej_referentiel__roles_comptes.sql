{{ config(materialized='ephemeral') }}
{{ lignes_rejetees('referentiel', 'roles_comptes') }}
