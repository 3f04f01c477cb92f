select
  exercice,
  code,
  dispositif,
  horizon,
  echeance,
  statut,
  en_retard,
  action,
  responsable,
  exercice || '|' || dispositif as cle_dispositif
from {{ ref('action') }}
