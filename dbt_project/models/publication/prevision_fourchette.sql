select
  {{ version_courante() }} as version,
  exercice_base,
  exercice,
  scenario,
  dispositifs::int as dispositifs,
  cout_net::numeric(15, 2) as cout_net,
  cout_net_bas::numeric(15, 2) as cout_net_bas,
  cout_net_haut::numeric(15, 2) as cout_net_haut,
  recettes::numeric(15, 2) as recettes,
  essais::int as essais,
  erreur_min::numeric(18, 6) as erreur_min,
  erreur_max::numeric(18, 6) as erreur_max
from {{ ref('mart_prevision_fourchette') }}
where exercice_base in {{ exercices_demandes() }}
