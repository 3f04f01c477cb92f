select
  exercice,
  code_insee,
  montant_du,
  vote
from {{ ref('imputation_ac') }}
