select
  exercice,
  code,
  dispositif,
  horizon,
  echeance,
  statut,
  en_retard,
  action,
  responsable
from {{ ref('action') }}
