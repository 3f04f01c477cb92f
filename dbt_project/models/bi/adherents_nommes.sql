-- S14, S17: of E and of each year forecast from it (R19), the adherents that meet it, and those that a row of it names though none of
-- theirs does, by their last row before it ends; with the population of their commune: of E, or the latest known of a year to come (R19c).
with annees as (
  select exercice as exercice_base, exercice, debut, fin from {{ ref('int_exercices') }}
  union all
  select exercice_base, exercice, debut, fin from {{ ref('int_prevision_annees') }}
),

nommes as (
  select exercice as exercice_base, exercice, siret_adherent as siret from {{ ref('int_recouvrement') }}
  union
  select exercice, exercice, siret from {{ ref('int_recettes_adherents') }}
  union
  select exercice, exercice, siret_adherent from {{ ref('stg_cam__commandes') }}
  union
  select exercice_base, exercice, siret_adherent from {{ ref('int_prevision_dus') }} where montant_du <> 0
),

lignes as (
  select distinct on (a.exercice_base, a.exercice, r.siret)
    a.exercice_base, a.exercice, r.siret, r.siren, r.nom, r.type as type_adherent, r.code_insee, {{ se_rencontrent('r', 'a') }} as rencontre
  from annees as a
  cross join {{ ref('stg_referentiel__adherents') }} as r
  order by a.exercice_base, a.exercice, r.siret, {{ se_rencontrent('r', 'a') }} desc, (r.debut <= a.fin) desc, r.debut desc, r.ligne desc
)

select
  {{ version_courante() }} as version,
  l.exercice_base,
  l.exercice,
  l.siret,
  l.siren,
  l.nom,
  l.type_adherent,
  l.code_insee,
  p.population_totale::integer as population_de_sa_commune,
  (
    select k.libelle from {{ ref('classes_population') }} as k
    where k.minimum <= p.population_totale
    order by k.minimum desc limit 1
  ) as classe_population,
  n.siret is not null as est_nomme
from lignes as l
left join nommes as n on l.exercice_base = n.exercice_base and l.exercice = n.exercice and l.siret = n.siret
left join lateral (
  select c.population_totale
  from {{ ref('stg_referentiel__populations') }} as c
  where c.code_insee = l.code_insee and (c.annee = l.exercice or (c.annee < l.exercice and l.exercice > l.exercice_base))
  order by c.annee desc limit 1
) as p on true
where (l.rencontre or n.siret is not null) and l.exercice_base in {{ exercices_demandes() }}
