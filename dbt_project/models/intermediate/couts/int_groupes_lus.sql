-- R2j: the groups of average cost of this build, catégorie by catégorie. `lu`: what it gives out reads those of this exercice,
-- for itself (a whole year alone), the year after (R12, R22), as prices of a situation or for a unit cost (R7f).
with demandes as (
  select exercice, semestre, mois from {{ ref('stg_journal__construction') }}
),

lus as (
  select d.exercice - n.ecart as exercice
  from demandes as d
  cross join (values (0), (1)) as n (ecart)
  where d.semestre is null or (n.ecart = 1 and d.mois is not null)
  union
  select x.exercice_prix from {{ ref('int_exercices_situation') }} as x where x.exercice >= (select max(d.exercice) - 1 from demandes as d)
  union
  select u.exercice_base
  from {{ ref('int_couts_unitaires') }} as u
  where u.exercice <= (select max(d.exercice) from demandes as d)
),

isoles as (
  select c.exercice, c.groupe, count(distinct s.matricule) < 2 as isole
  from {{ ref('int_couts_categories') }} as c
  left join {{ ref('int_segments') }} as s on c.exercice = s.exercice and c.categorie = s.categorie and s.etpt > 0
  where c.groupe is not null
  group by c.exercice, c.groupe
)

select
  m.exercice, m.categorie, m.groupe, m.etpt, m.cout_moyen, m.cout_structure, i.isole,
  i.isole or m.etpt_groupe < e.seuil_effectif or e.seuil_effectif < 5 as restreint,
  m.exercice in (select l.exercice from lus as l) as lu
from {{ ref('int_couts_moyens') }} as m
inner join isoles as i using (exercice, groupe)
inner join {{ ref('int_exercices') }} as e using (exercice)
