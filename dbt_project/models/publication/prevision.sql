select
  {{ version_courante() }} as version,
  exercice_base,
  exercice,
  dispositif,
  scenario,
  etp::numeric(12, 6) as etp,
  cout_net::numeric(15, 2) as cout_net,
  recettes::numeric(15, 2) as recettes,
  methode
from {{ ref('mart_prevision') }}
where exercice_base in {{ exercices_demandes() }}
