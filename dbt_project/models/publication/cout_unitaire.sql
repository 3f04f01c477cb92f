select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  unites::numeric(18, 6) as unites,
  cout_complet_unitaire::numeric(15, 2) as cout_complet_unitaire,
  cout_d5211::numeric(15, 2) as cout_d5211,
  cout_d5211_unitaire::numeric(15, 2) as cout_d5211_unitaire,
  taux_couverture_d5211::numeric(18, 6) as taux_couverture_d5211
from {{ ref('mart_cout_unitaire') }}
where exercice in {{ exercices_demandes() }}
