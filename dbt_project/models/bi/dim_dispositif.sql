-- Dispositifs of the exercice (R6d), and those that a row of it names though none of theirs meets it.
with nommes as (
  select exercice, dispositif from {{ ref('int_recouvrement') }}
  union
  select exercice, dispositif from {{ ref('int_recettes_adherents') }}
  union
  select exercice, dispositif from {{ ref('int_jours_adhesion') }}
  union
  select exercice, dispositif from {{ ref('int_unites') }}
  union
  select exercice, dispositif from {{ ref('variation') }}
  union
  select exercice, dispositif from {{ ref('indicateur_declare') }}
  union
  select exercice, dispositif from {{ ref('action') }}
),

dispositifs as (
  select exercice, dispositif, libelle, thematique, valorisation, nature_unites, cadre_legal
  from {{ ref('int_dispositifs_exercice') }}
  union all
  select n.exercice, n.dispositif, d.libelle, d.thematique, null, 'flux', null
  from nommes as n
  inner join (
    select distinct on (code) code, libelle, thematique
    from {{ ref('stg_referentiel__dispositifs') }}
    order by code, debut desc, ligne desc
  ) as d on n.dispositif = d.code
  where (n.exercice, n.dispositif) not in (select i.exercice, i.dispositif from {{ ref('int_dispositifs_exercice') }} as i)
),

unites as (
  select
    exercice,
    dispositif,
    case when count(distinct type_unite) > 1 then 'unité pondérée' else min(type_unite) end as unite
  from {{ ref('int_unites') }}
  group by exercice, dispositif
),

cles as (
  select distinct exercice, dispositif, cle from {{ ref('int_couts_adherents') }}
)

select
  {{ version_courante() }} as version,
  d.exercice,
  d.dispositif,
  d.libelle,
  d.thematique,
  d.valorisation,
  u.unite,
  d.nature_unites,
  coalesce(
    {{ parametre('base_opposable', 'make_date(d.exercice, 1, 1)', precision='d.dispositif') }} = 'oui',
    d.cadre_legal = 'mise à disposition',
    false
  ) as base_opposable,
  c.cle as cle_usage
from dispositifs as d
left join unites as u using (exercice, dispositif)
left join cles as c using (exercice, dispositif)
where d.exercice in {{ exercices_demandes() }}
