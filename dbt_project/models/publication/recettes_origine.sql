select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  origine,
  montant::numeric(15, 2) as montant
from {{ ref('mart_recettes_origine') }}
where exercice in {{ exercices_demandes() }}
