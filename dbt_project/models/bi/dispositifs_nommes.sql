-- R6d, S17: of E and of each year forecast from it (R19), the dispositifs that meet it, and those that a row of it names though none of
-- theirs does, by their last row before it ends.
with annees as (
  select exercice as exercice_base, exercice from {{ ref('int_exercices') }}
  union all
  select exercice_base, exercice from {{ ref('int_prevision_annees') }}
),

nommes as (
  select exercice as exercice_base, exercice, dispositif from {{ ref('int_recouvrement') }}
  {% for nom in ['int_recettes_adherents', 'int_jours_adhesion', 'int_unites', 'stg_activite__indicateurs'] %}
  union
  select exercice, exercice, dispositif from {{ ref(nom) }}
  {% endfor %}
  union
  -- one that leaves has its row of `variation` (R12)
  select exercice + 1, exercice + 1, dispositif from {{ ref('int_couts_precedents') }}
  union
  select e.exercice, e.exercice, a.dispositif
  from {{ ref('int_exercices') }} as e
  inner join {{ ref('stg_referentiel__actions') }} as a on {{ en_vigueur('a', 'e.fin') }}
  union
  select exercice_base, exercice, dispositif from {{ ref('int_previsions') }}
),

lignes as (
  select distinct on (a.exercice_base, a.exercice, r.code)
    a.exercice_base, a.exercice, r.code as dispositif, r.libelle, r.thematique, r.valorisation, r.nature_unites, r.cadre_legal,
    v.rencontre
  from annees as a
  cross join {{ ref('stg_referentiel__dispositifs') }} as r
  cross join lateral (
    select
      r.debut <= make_date(a.exercice, 12, 31) as commence,
      r.debut <= make_date(a.exercice, 12, 31) and {{ fin_de('r') }} >= make_date(a.exercice, 1, 1) as rencontre
  ) as v
  order by a.exercice_base, a.exercice, r.code, v.rencontre desc, v.commence desc, r.debut desc, r.ligne desc
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
  l.exercice_base,
  l.exercice,
  l.dispositif,
  l.libelle,
  l.thematique,
  case when l.rencontre then l.valorisation end as valorisation,
  u.unite,
  case when l.rencontre then coalesce(l.nature_unites, 'flux') else 'flux' end as nature_unites,
  -- S11b
  coalesce(
    {{ parametre('base_opposable', 'make_date(l.exercice, 1, 1)', precision='l.dispositif') }} = 'oui',
    l.rencontre and l.cadre_legal = 'mise à disposition',
    false
  ) as base_opposable,
  c.cle as cle_usage,
  n.dispositif is not null as est_nomme
from lignes as l
left join nommes as n on l.exercice_base = n.exercice_base and l.exercice = n.exercice and l.dispositif = n.dispositif
left join unites as u on l.exercice_base = u.exercice and l.dispositif = u.dispositif
left join cles as c on l.exercice_base = c.exercice and l.dispositif = c.dispositif
where (l.rencontre or n.dispositif is not null) and l.exercice_base in {{ exercices_demandes() }}
