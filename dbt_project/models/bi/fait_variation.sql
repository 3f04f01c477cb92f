select
  exercice,
  dispositif,
  effet,
  montant,
  exercice || '|' || dispositif as cle_dispositif
from {{ ref('variation') }}
