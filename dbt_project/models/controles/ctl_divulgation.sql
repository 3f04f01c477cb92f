-- R2i, R2j: catégories that this build and all that was given out before never tell apart are one unknown to whoever compares
-- them. One of few ETPT that nothing showed as a group would give its mean by difference. An exercice that is published and not
-- asked is read as it is published: nothing more is told of it.
with lus as (
  select g.exercice, g.categorie, g.groupe, g.etpt
  from {{ ref('int_groupes_lus') }} as g
  inner join {{ ref('int_exercices') }} as e using (exercice)
  where g.lu and e.lu_publie is not true
),

anterieurs as (
  select *
  from {{ ref('stg_publication__groupes') }}
  where exercice in (select l.exercice from lus as l)
),

-- version NULL: this one
places as (
  select exercice, version, categorie, groupe, etpt from anterieurs
  union all
  select exercice, null, categorie, groupe, etpt
  from lus
  where exercice in (select a.exercice from anterieurs as a)
),

categories as (
  select exercice, categorie, min(etpt) as etpt, array_agg(concat_ws(' ', version, groupe) order by version, groupe) as places
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
  {{ en_francais('i.etpt') }} || ' ETPT, que la différence avec ce qui a déjà été remis isole' as valeur_constatee,
  {{ en_francais('e.seuil_effectif') }} || ' ETPT' as seuil
from inconnues as i
inner join {{ ref('int_exercices') }} as e using (exercice)
where i.etpt < e.seuil_effectif and (i.exercice, i.cle) not in (select a.exercice, a.groupe from anterieurs as a)
