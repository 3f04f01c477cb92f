select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  rubrique,
  rang::integer as rang,
  texte,
  auteur
from {{ ref('mart_textes') }}
where exercice in {{ exercices_demandes() }}
