-- R2, R2c, R2h: average cost of an ETP by category, CM = Σ(payroll − atténuations) / Σ ETPT of its group, on 40 decimals.
-- What a former version grouped stays together; a group is such a set, or the pool of those that are small. A category of
-- ETPT 0 has neither group nor cost. An exercice that is read without being built is read as it is published (R2j).
with paie as (
  select
    m.exercice_fichier as exercice,
    m.categorie,
    m.etpt,
    m.masse_salariale - coalesce(m.attenuations, 0) as masse,
    x.seuil_effectif,
    coalesce(e.ensemble, m.categorie) as ensemble
  from {{ ref('stg_rh__masse_salariale') }} as m
  inner join {{ ref('int_exercices') }} as x on m.exercice_fichier = x.exercice
  left join {{ ref('int_ensembles_categories') }} as e on m.exercice_fichier = e.exercice and m.categorie = e.categorie
  where x.lu_publie is not true
),

ensembles as (
  select
    exercice,
    ensemble,
    sum(etpt) as etpt,
    sum(etpt) < seuil_effectif as petit,
    min(categorie collate "C") as premiere
  from paie
  where etpt > 0
  group by exercice, ensemble, seuil_effectif
),

petits as (
  select exercice, sum(etpt) as etpt
  from ensembles
  where petit
  group by exercice
),

-- who may join a pool that is still under the threshold: any of them has at least the threshold, so one is enough
candidats as (
  select exercice, ensemble, row_number() over (partition by exercice order by etpt, premiere) as rang
  from ensembles
  where not petit
),

membres as (
  select
    p.exercice, p.categorie, p.etpt, p.masse,
    case
      when p.etpt <= 0 then null
      when e.petit or (c.rang = 1 and s.etpt < p.seuil_effectif) then 'pool'
      else p.ensemble
    end as cle_groupe
  from paie as p
  left join ensembles as e using (exercice, ensemble)
  left join petits as s using (exercice)
  left join candidats as c using (exercice, ensemble)
),

groupes as (
  select
    exercice,
    cle_groupe,
    string_agg(categorie, '+' order by categorie collate "C") as groupe,
    sum(etpt) as etpt,
    sum(masse) as masse
  from membres
  group by exercice, cle_groupe
)

select
  m.exercice, m.categorie, m.etpt, g.groupe,
  g.etpt as etpt_groupe,
  {{ quotient('g.masse', 'g.etpt') }} as cout_moyen
from membres as m
left join groupes as g using (exercice, cle_groupe)
union all
select p.exercice, p.categorie, p.etpt, p.groupe, p.etpt_groupe, p.cout_moyen
from {{ ref('stg_publication__couts_publies') }} as p
inner join {{ ref('int_exercices') }} as x using (exercice)
where x.lu_publie
