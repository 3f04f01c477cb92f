select
  exercice,
  controle,
  cle,
  statut,
  valeur_attendue,
  valeur_constatee,
  justification
from {{ ref('controles') }}
