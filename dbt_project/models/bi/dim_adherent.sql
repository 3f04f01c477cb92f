-- Adherents of the exercice (S14), and those that a row of it names though none of theirs meets it: no join by siret loses an amount.
with nommes as (
  select exercice, siret_adherent as siret from {{ ref('int_recouvrement') }}
  union
  select exercice, siret from {{ ref('int_recettes_adherents') }}
  union
  select exercice, siret_adherent from {{ ref('stg_cam__commandes') }}
),

adherents as (
  select exercice, siret_adherent as siret, siren, nom, type_adherent, code_insee
  from {{ ref('int_adherents_exercice') }}
  union all
  select n.exercice, n.siret, a.siren, a.nom, a.type, a.code_insee
  from nommes as n
  cross join lateral {{ adherent_au('n.siret', 'make_date(n.exercice, 12, 31)', ['siren', 'nom', 'type', 'code_insee']) }} as a
  where (n.exercice, n.siret) not in (select i.exercice, i.siret_adherent from {{ ref('int_adherents_exercice') }} as i)
)

select
  {{ version_courante() }} as version,
  exercice,
  siret,
  siren,
  nom,
  type_adherent,
  code_insee
from adherents
where exercice in {{ exercices_demandes() }}
