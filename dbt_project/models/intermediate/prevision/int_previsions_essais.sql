-- Back-test: what the same method would have said of an exercice that is known, from each earlier one, exact.
select
  p.exercice, p.exercice_base, p.dispositif, p.scenario,
  p.cout_net as cout_prevu,
  c.cout_net as cout_constate,
  p.etp as etp_prevu,
  c.etp as etp_constate,
  p.recettes as recettes_prevues,
  r.recettes as recettes_constatees
from {{ ref('int_previsions') }} as p
inner join {{ ref('int_couts') }} as c using (exercice, dispositif)
left join {{ ref('int_recettes_dispositif') }} as r using (exercice, dispositif)
