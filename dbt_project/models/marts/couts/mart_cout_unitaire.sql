with unites as (
  select
    exercice,
    dispositif,
    sum(unites_annee) as unites
  from {{ ref('int_unites_semestre') }}
  group by exercice, dispositif
)

select
  c.exercice,
  c.dispositif,
  coalesce(u.unites, 0) as unites,
  {{ arrondi(quotient('c.cout_net', 'u.unites')) }} as cout_complet_unitaire,
  c.cout_d5211,
  {{ arrondi(quotient('c.cout_d5211', 'u.unites')) }} as cout_d5211_unitaire,
  p.taux_couverture_d5211
from {{ ref('int_couts') }} as c
inner join {{ ref('mart_passage_d5211') }} as p using (exercice, dispositif)
left join unites as u using (exercice, dispositif)
