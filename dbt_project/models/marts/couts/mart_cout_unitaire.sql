with unites as (
  select exercice, dispositif, sum(unites_annee) as unites
  from {{ ref('int_unites_semestre') }}
  group by exercice, dispositif
)

select
  c.exercice,
  c.dispositif,
  coalesce(u.unites, 0) as unites,
  -- a thousandth of a unit gives a cost that no column holds: left out (R10g)
  case when {{ tient_dans(quotient('c.cout_net', 'u.unites'), 13) }} then {{ arrondi(quotient('c.cout_net', 'u.unites')) }} end as cout_complet_unitaire,
  c.cout_d5211,
  case when {{ tient_dans(quotient('c.cout_d5211', 'u.unites'), 13) }} then {{ arrondi(quotient('c.cout_d5211', 'u.unites')) }} end as cout_d5211_unitaire,
  p.taux_couverture_d5211
from {{ ref('int_couts') }} as c
inner join {{ ref('mart_passage_d5211') }} as p using (exercice, dispositif)
left join unites as u using (exercice, dispositif)
