select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  scenario,
  cout_prevu::numeric(15, 2) as cout_prevu,
  cout_constate::numeric(15, 2) as cout_constate,
  ecart::numeric(15, 2) as ecart,
  effet_volume::numeric(15, 2) as effet_volume,
  effet_mix::numeric(15, 2) as effet_mix,
  effet_prix::numeric(15, 2) as effet_prix
from {{ ref('mart_ecart_prevision') }}
where exercice in {{ exercices_demandes() }}
