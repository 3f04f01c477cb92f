-- Exact costs of the exercice: once it is closed, what later ones compare with (R12a) and bill from (R7f).
select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  etp::numeric(60, 40) as etp,
  cout_personnel::numeric(15, 2) as cout_personnel,
  cout_fonctionnement::numeric(15, 2) as cout_fonctionnement,
  amortissements::numeric(15, 2) as amortissements,
  subventions::numeric(15, 2) as subventions,
  reprises::numeric(15, 2) as reprises,
  cout_net::numeric(15, 2) as cout_net,
  cout_d5211::numeric(15, 2) as cout_d5211
from {{ ref('int_couts') }}
where exercice in {{ exercices_demandes() }}
