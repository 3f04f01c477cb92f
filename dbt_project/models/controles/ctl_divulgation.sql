-- R2i: catégories that this version and those published before never tell apart are one unknown to whoever compares them.
-- One of few ETPT that no former version showed as a group would give its mean by difference.
with anterieures as (
  select a.*
  from {{ ref('stg_publication__couts_moyens') }} as a
  inner join {{ ref('int_exercices') }} as e using (exercice)
  where e.demande
),

-- version NULL: this one
places as (
  select exercice, version, categorie, groupe, etpt from anterieures
  union all
  select exercice, null, categorie, groupe, etpt
  from {{ ref('int_couts_categories') }}
  where groupe is not null and exercice in (select a.exercice from anterieures as a)
),

categories as (
  select exercice, categorie, min(etpt) as etpt, array_agg(concat_ws(' ', version, groupe) order by version) as places
  from places
  group by exercice, categorie
),

inconnues as (
  select exercice, string_agg(categorie, '+' order by categorie collate "C") as cle, sum(etpt) as etpt
  from categories
  group by exercice, places
)

select
  i.exercice, 'divulgation_entre_versions' as controle, i.cle, 'ecart' as statut,
  'au moins ' || {{ en_francais('e.seuil_effectif') }} || ' ETPT' as valeur_attendue,
  {{ en_francais('i.etpt') }} || ' ETPT, que la différence avec une version publiée isole' as valeur_constatee,
  {{ en_francais('e.seuil_effectif') }} || ' ETPT' as seuil
from inconnues as i
inner join {{ ref('int_exercices') }} as e using (exercice)
where i.etpt < e.seuil_effectif and (i.exercice, i.cle) not in (select a.exercice, a.groupe from anterieures as a)
