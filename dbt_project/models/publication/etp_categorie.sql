select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  categorie,
  etp::numeric(12, 6) as etp,
  cout_personnel::numeric(15, 2) as cout_personnel,
  cout_personnel_d5211::numeric(15, 2) as cout_personnel_d5211
from {{ ref('mart_etp_categorie') }}
where exercice in {{ exercices_demandes() }}
