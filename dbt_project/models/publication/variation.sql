-- R12: what changed the net cost of a dispositif since the exercice before, when its payroll is loaded (R12a).
-- The effects of a dispositif sum to the difference of its net cost.
with annees as (
  select f.exercice + 1 as exercice
  from {{ ref('stg_journal__fichiers') }} as f
  where f.jeu = 'masse_salariale'
),

couts as (
  select * from {{ ref('int_couts') }}
),

paires as (
  select
    exercice,
    dispositif,
    c.cout_net,
    p.cout_net as cout_net_n1{% for effet, montant in effets('c', 'p').items() %},
    {{ montant }} as effet_{{ effet }}
    {%- endfor %}

  from couts as c
  full join (
    select
      exercice + 1 as exercice,
      dispositif,
      etp,
      cout_personnel,
      cout_fonctionnement,
      amortissements,
      subventions,
      reprises,
      cout_net
    -- E-1 is its closed version where there is one (R12a)
    from {{ ref('int_couts_precedents') }}
  ) as p using (exercice, dispositif)
  where exercice in (select a.exercice from annees as a)
)

select
  {{ version_courante() }} as version,
  p.exercice,
  p.dispositif,
  e.effet,
  e.montant::numeric(15, 2) as montant
from paires as p
cross join lateral (
  values
  {% for effet in effets('c', 'p') %}
  ('{{ effet }}', p.effet_{{ effet }}),
  {% endfor %}
  ('entree', case when p.cout_net_n1 is null then p.cout_net end),
  ('sortie', case when p.cout_net is null then -p.cout_net_n1 end)
) as e (effet, montant)
where
  e.montant is not null
  and p.exercice in {{ exercices_demandes() }}
