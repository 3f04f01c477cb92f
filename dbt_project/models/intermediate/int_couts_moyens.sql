-- R2: average cost of an ETP by category, and structure cost per ETP.
-- CM_c = (payroll − atténuations) / ETPT; CS = pool / Σ ETPT, kept on 40 decimals.
with categories as (
  select
    exercice_fichier as exercice,
    categorie,
    etpt,
    {{ quotient('masse_salariale - coalesce(attenuations, 0)', 'case when etpt > 0 then etpt end') }} as cout_moyen
  from {{ ref('stg_rh__masse_salariale') }}
  where rejet_statut is null
),

etp_structure as (
  select exercice, categorie, etp
  from {{ ref('int_etp') }}
  where destination = 'STRUCTURE'
),

personnel_structure as (
  select
    s.exercice,
    sum({{ arrondi('s.etp * c.cout_moyen') }}) as montant,
    sum(s.etp) as etp
  from etp_structure as s
  left join categories as c using (exercice, categorie)
  group by s.exercice
),

charges_structure as (
  select exercice, sum(montant_mesure) as montant
  from {{ ref('int_ecritures_parts') }}
  where destination = 'STRUCTURE'
  group by exercice
),

amortissements_structure as (
  select exercice, sum(dotation_part) as montant
  from {{ ref('int_amortissements') }}
  where destination = 'STRUCTURE'
  group by exercice
),

structure as (
  select
    e.exercice,
    coalesce(g.montant, 0) + coalesce(a.montant, 0) + coalesce(p.montant, 0) as pool,
    t.etpt - coalesce(p.etp, 0) as etpt
  from {{ ref('int_exercices') }} as e
  left join (select exercice, sum(etpt) as etpt from categories group by exercice) as t using (exercice)
  left join charges_structure as g using (exercice)
  left join amortissements_structure as a using (exercice)
  left join personnel_structure as p using (exercice)
)

select
  c.exercice,
  c.categorie,
  c.etpt,
  c.cout_moyen,
  s.pool as pool_structure,
  s.etpt as etpt_structure,
  {{ quotient('s.pool', 'case when s.etpt > 0 then s.etpt end') }} as cout_structure
from categories as c
inner join structure as s using (exercice)
