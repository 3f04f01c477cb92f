-- volume, mix and price: columns of former versions, which a sealed extract still bears (decision 0008)
select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  scenario,
  cout_prevu::numeric(15, 2) as cout_prevu,
  cout_constate::numeric(15, 2) as cout_constate,
  ecart::numeric(15, 2) as ecart,
  null::numeric(15, 2) as effet_volume,
  null::numeric(15, 2) as effet_mix,
  null::numeric(15, 2) as effet_prix,
  effet_etp::numeric(15, 2) as effet_etp,
  effet_taux::numeric(15, 2) as effet_taux,
  effet_fonctionnement::numeric(15, 2) as effet_fonctionnement,
  effet_amortissements::numeric(15, 2) as effet_amortissements,
  effet_subventions::numeric(15, 2) as effet_subventions,
  effet_reprises::numeric(15, 2) as effet_reprises,
  effet_entree::numeric(15, 2) as effet_entree,
  effet_sortie::numeric(15, 2) as effet_sortie
from {{ ref('mart_ecart_prevision') }}
where exercice in {{ exercices_demandes() }}
