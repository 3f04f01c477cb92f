select
  {{ version_courante() }} as version,
  exercice,
  indicateur,
  valeur::numeric(18, 6) as valeur,
  unite
from {{ ref('mart_indicateurs_cles') }}
where exercice in {{ exercices_demandes() }}
