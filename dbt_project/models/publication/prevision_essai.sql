-- Back-test: what the same method would have said of an exercice that is known, from each earlier one.
select
  {{ version_courante() }} as version,
  p.exercice,
  p.exercice_base,
  p.dispositif,
  p.scenario,
  p.cout_net::numeric(15, 2) as cout_prevu,
  c.cout_net::numeric(15, 2) as cout_constate,
  (p.cout_net - c.cout_net)::numeric(15, 2) as erreur,
  {{ arrondi(quotient('p.cout_net - c.cout_net', 'c.cout_net'), 6) }}::numeric(12, 6) as erreur_relative,
  p.etp::numeric(12, 6) as etp_prevu,
  {{ arrondi('c.etp', 6) }}::numeric(12, 6) as etp_constate,
  p.recettes::numeric(15, 2) as recettes_prevues,
  r.recettes::numeric(15, 2) as recettes_constatees
from {{ ref('int_previsions') }} as p
inner join {{ ref('int_couts') }} as c using (exercice, dispositif)
left join {{ ref('int_recettes_dispositif') }} as r using (exercice, dispositif)
where p.exercice in {{ exercices_demandes() }}
