select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  effet,
  montant::numeric(15, 2) as montant
from {{ ref('mart_variation') }}
where exercice in {{ exercices_demandes() }}
