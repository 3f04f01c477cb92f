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
    p.cout_net as cout_net_n1,
    c.cout_personnel - p.cout_personnel as delta_personnel,
    c.cout_fonctionnement - p.cout_fonctionnement as delta_fonctionnement,
    c.amortissements - p.amortissements as delta_amortissements,
    c.subventions - p.subventions as delta_subventions,
    c.reprises - p.reprises as delta_reprises,
    -- without ETP the year before, all is a change of rate; NULL where the dispositif is of one of the two years only
    case
      when p.etp = 0 and c.etp is not null then 0
      else {{ arrondi(quotient('(c.etp - p.etp) * p.cout_personnel', 'p.etp')) }}
    end as effet_etp
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
  ('etp', p.effet_etp),
  ('taux', p.delta_personnel - p.effet_etp),
  ('fonctionnement', p.delta_fonctionnement),
  ('amortissements', p.delta_amortissements),
  ('subventions', -p.delta_subventions),
  ('reprises', -p.delta_reprises),
  ('entree', case when p.cout_net_n1 is null then p.cout_net end),
  ('sortie', case when p.cout_net is null then -p.cout_net_n1 end)
) as e (effet, montant)
where
  e.montant is not null
  and p.exercice in {{ exercices_demandes() }}
