-- Every scenario, those that the back-test sets aside included: `retenu` says which ones are published.
select
  {{ version_courante() }} as version,
  p.exercice_base,
  p.exercice,
  p.scenario,
  p.dispositif,
  p.etp::numeric(12, 6) as etp,
  p.cout_net::numeric(15, 2) as cout_net,
  p.recettes::numeric(15, 2) as recettes,
  r.scenario is not null as retenu
from {{ ref('int_previsions') }} as p
left join {{ ref('int_scenarios_retenus') }} as r using (exercice_base, scenario)
where p.exercice_base in {{ exercices_demandes() }}
