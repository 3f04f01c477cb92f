select
  exercice,
  code,
  dispositif,
  horizon,
  echeance,
  statut,
  en_retard
from {{ ref('action') }}
