{{ config(materialized='ephemeral') }}
{{ lignes_rejetees(
  'compta',
  'mandats',
  'lec_compta__ecritures',
  "r.origine = 'csv' and r.sens = 'mandat'",
  ['identite', 'identite_ambigue', 'nature', 'montant_ttc']
) }}
