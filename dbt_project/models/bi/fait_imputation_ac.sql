select
  exercice,
  code_insee,
  montant_du,
  vote,
  exercice || '|' || code_insee as cle_commune
from {{ ref('imputation_ac') }}
