select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  libelle,
  etp::numeric(12, 6) as etp,
  cout_personnel::numeric(15, 2) as cout_personnel,
  cout_fonctionnement::numeric(15, 2) as cout_fonctionnement,
  amortissements::numeric(15, 2) as amortissements,
  subventions::numeric(15, 2) as subventions,
  reprises::numeric(15, 2) as reprises,
  cout_net::numeric(15, 2) as cout_net,
  recettes::numeric(15, 2) as recettes,
  recettes_ac::numeric(15, 2) as recettes_ac,
  recettes_renseignees,
  reste_a_charge::numeric(15, 2) as reste_a_charge,
  reste_a_charge_apres_ac::numeric(15, 2) as reste_a_charge_apres_ac,
  taux_couverture::numeric(18, 6) as taux_couverture,
  est_total
from {{ ref('mart_synthese_financiere') }}
where exercice in {{ exercices_demandes() }}
