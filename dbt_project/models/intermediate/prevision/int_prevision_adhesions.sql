-- R19, R19c: members of each dispositif in the semestres forecast, with the latest population not after the year.
with semestres as (
  select a.exercice, s.semestre, {{ debut_semestre('a.exercice', 's.semestre') }} as debut
  from (select distinct exercice from {{ ref('int_prevision_annees') }}) as a
  cross join (values (1), (2)) as s (semestre)
),

{{ adhesions_par_semestre('semestres') }}

select
  s.exercice, s.semestre, s.debut, s.dispositif, s.siret_adherent, s.mois_s1, s.mois_s2, s.siren, p.population_totale as population
from adhesions as s
left join lateral (
  select r.population_totale
  from {{ ref('stg_referentiel__populations') }} as r
  where r.code_insee = s.code_insee and r.annee <= s.exercice
  order by r.annee desc
  limit 1
) as p on true
