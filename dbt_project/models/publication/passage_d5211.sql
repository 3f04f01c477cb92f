select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  cout_complet::numeric(15, 2) as cout_complet,
  dont_structure::numeric(15, 2) as dont_structure,
  cout_d5211::numeric(15, 2) as cout_d5211,
  base_opposable,
  recettes::numeric(15, 2) as recettes,
  taux_couverture_d5211::numeric(18, 6) as taux_couverture_d5211
from {{ ref('mart_passage_d5211') }}
where exercice in {{ exercices_demandes() }}
