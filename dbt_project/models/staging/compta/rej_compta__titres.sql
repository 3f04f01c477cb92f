{{ config(materialized='ephemeral') }}
{{ lignes_rejetees(
  'compta',
  'titres',
  'lec_compta__ecritures',
  "r.origine = 'csv' and r.sens = 'titre'",
  ['identite', 'identite_ambigue', 'nature', 'montant_ttc']
) }}
