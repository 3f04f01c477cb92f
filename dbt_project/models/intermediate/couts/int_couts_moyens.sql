-- R2: average cost of each category, and structure cost per ETP: CS = pool / Σ ETPT without the structure's own.
with pools as (
  select exercice, sum(montant) as montant
  from {{ ref('int_pool_structure') }}
  group by exercice
),

etp_structure as (
  select exercice, sum(etp) as etp
  from {{ ref('int_etp') }}
  where destination = 'STRUCTURE'
  group by exercice
),

structure as (
  select
    e.exercice,
    coalesce(g.montant, 0) as pool,
    t.etpt - coalesce(s.etp, 0) as etpt
  from {{ ref('int_exercices') }} as e
  left join (select exercice, sum(etpt) as etpt from {{ ref('int_couts_categories') }} group by exercice) as t using (exercice)
  left join pools as g using (exercice)
  left join etp_structure as s using (exercice)
)

select
  c.exercice,
  c.categorie,
  c.etpt,
  c.cout_moyen,
  s.pool as pool_structure,
  s.etpt as etpt_structure,
  {{ quotient('s.pool', 'case when s.etpt > 0 then s.etpt end') }} as cout_structure
from {{ ref('int_couts_categories') }} as c
inner join structure as s using (exercice)
