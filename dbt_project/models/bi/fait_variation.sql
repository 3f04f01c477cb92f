select
  exercice,
  dispositif,
  effet,
  montant
from {{ ref('variation') }}
