select
  {{ version_courante() }} as version,
  exercice,
  source,
  destination,
  motif,
  unite,
  lignes::int as lignes,
  montant::numeric(24, 12) as montant
from {{ ref('mart_repartition') }}
where exercice in {{ exercices_demandes() }}
