-- R2, R2b: structure pool of each exercice, the ETPT over which it is shared, and its cost per ETP (CS = pool / ETPT).
-- Only the categories of the payroll file leave the denominator; at 0 or below there is no CS (masse_salariale_manquante). An
-- exercice that is read without being built keeps the CS that it publishes (R2j).
with pools as (
  select exercice, sum(montant) as montant
  from {{ ref('int_pool_structure') }}
  group by exercice
),

paie as (
  select exercice, sum(etpt) as etpt
  from {{ ref('int_couts_categories') }}
  group by exercice
),

etp_structure as (
  select exercice, sum(etp) as etp
  from {{ ref('int_etp') }}
  where
    destination = 'STRUCTURE'
    and (exercice, categorie) in (select c.exercice, c.categorie from {{ ref('int_couts_categories') }} as c)
  group by exercice
),

structure as (
  select e.exercice, e.lu_publie, coalesce(g.montant, 0) as pool, coalesce(p.etpt, 0) - coalesce(s.etp, 0) as etpt
  from {{ ref('int_exercices') }} as e
  left join pools as g using (exercice)
  left join paie as p using (exercice)
  left join etp_structure as s using (exercice)
)

select
  exercice,
  pool as pool_structure,
  etpt as etpt_structure,
  case
    when lu_publie
      then (select max(c.cout_structure) from {{ ref('stg_publication__couts_publies') }} as c where c.exercice = structure.exercice)
    else {{ quotient('pool', 'case when etpt > 0 then etpt end') }}
  end as cout_structure
from structure
