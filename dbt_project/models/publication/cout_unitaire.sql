with unites as (
  select
    exercice,
    dispositif,
    sum(unites) as unites
  from {{ ref('int_unites_semestre') }}
  group by exercice, dispositif
)

select
  {{ version_courante() }} as version,
  c.exercice,
  c.dispositif,
  coalesce(u.unites, 0)::numeric(18, 6) as unites,
  {{ arrondi(quotient('c.cout_net', 'u.unites')) }}::numeric(15, 2) as cout_complet_unitaire,
  c.cout_d5211::numeric(15, 2) as cout_d5211,
  {{ arrondi(quotient('c.cout_d5211', 'u.unites')) }}::numeric(15, 2) as cout_d5211_unitaire
from {{ ref('int_couts') }} as c
left join unites as u using (exercice, dispositif)
where c.exercice in {{ exercices_demandes() }}
