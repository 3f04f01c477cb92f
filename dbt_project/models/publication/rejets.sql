select
  {{ version_courante() }} as version,
  exercice,
  source,
  fichier,
  ligne,
  rang,
  colonne,
  valeur,
  motif,
  statut,
  a_corriger
from {{ ref('mart_rejets') }}
where exercice in {{ exercices_demandes() }}
