-- Back-test: what the same method would have said of an exercice that is known, from each earlier one.
select
  p.exercice,
  p.exercice_base,
  p.dispositif,
  p.scenario,
  p.cout_net as cout_prevu,
  c.cout_net as cout_constate,
  p.cout_net - c.cout_net as erreur,
  {{ arrondi(quotient('p.cout_net - c.cout_net', 'c.cout_net'), 6) }} as erreur_relative,
  p.etp as etp_prevu,
  {{ arrondi('c.etp', 6) }} as etp_constate,
  p.recettes as recettes_prevues,
  r.recettes as recettes_constatees
from {{ ref('mart_prevision') }} as p
inner join {{ ref('int_couts') }} as c using (exercice, dispositif)
left join {{ ref('int_recettes_dispositif') }} as r using (exercice, dispositif)
