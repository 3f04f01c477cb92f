-- R2, R2c: average cost of an ETP by category, CM = Σ(payroll − atténuations) / Σ ETPT of its group, on 40 decimals.
-- A group is the pool of the small categories, or one category alone; a category of ETPT 0 has neither group nor cost.
with paie as (
  select
    m.exercice_fichier as exercice,
    m.categorie,
    m.etpt,
    m.masse_salariale - coalesce(m.attenuations, 0) as masse,
    e.seuil_effectif,
    m.etpt > 0 and m.etpt < e.seuil_effectif as petite
  from {{ ref('stg_rh__masse_salariale') }} as m
  inner join {{ ref('int_exercices') }} as e on m.exercice_fichier = e.exercice
),

petites as (
  select exercice, sum(etpt) as etpt
  from paie
  where petite
  group by exercice
),

-- who may join a pool that is still under the threshold: any of them has at least the threshold, so one is enough
candidates as (
  select
    exercice,
    categorie,
    row_number() over (partition by exercice order by etpt, categorie collate "C") as rang
  from paie
  where etpt > 0 and not petite
),

membres as (
  select
    p.exercice,
    p.categorie,
    p.etpt,
    p.masse,
    case
      when p.etpt <= 0 then null
      when p.petite or (c.rang = 1 and s.etpt < p.seuil_effectif) then 'pool'
      else p.categorie
    end as cle_groupe
  from paie as p
  left join petites as s using (exercice)
  left join candidates as c using (exercice, categorie)
),

groupes as (
  select
    exercice,
    cle_groupe,
    string_agg(categorie, '+' order by categorie collate "C") as groupe,
    sum(etpt) as etpt,
    sum(masse) as masse
  from membres
  where cle_groupe is not null
  group by exercice, cle_groupe
)

select
  m.exercice,
  m.categorie,
  m.etpt,
  g.groupe,
  g.etpt as etpt_groupe,
  {{ quotient('g.masse', 'g.etpt') }} as cout_moyen
from membres as m
left join groupes as g using (exercice, cle_groupe)
