select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  compte,
  nature_charge,
  motif,
  montant::numeric(15, 2) as montant
from {{ ref('mart_passage_d5211_detail') }}
where exercice in {{ exercices_demandes() }}
