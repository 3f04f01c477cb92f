select
  {{ version_courante() }} as version,
  exercice,
  controle,
  cle,
  statut,
  valeur_attendue,
  valeur_constatee,
  seuil,
  justification,
  bloquant,
  regarde,
  unite
from {{ ref('controles_resultats') }}
where exercice in {{ exercices_demandes() }}
