-- R19, R19c: members of each dispositif in the semestres forecast, with the latest population not after the year, and whether every
-- convention that they have in it was over before its first day (R19f).
with semestres as (
  select a.exercice, s.semestre, {{ debut_semestre('a.exercice', 's.semestre') }} as debut
  from (select distinct exercice from {{ ref('int_prevision_annees') }}) as a
  cross join (values (1), (2)) as s (semestre)
),

{{ adhesions_par_semestre('semestres') }},

conventions as (
  select s.exercice, s.semestre, a.dispositif, a.siret_adherent, bool_and(coalesce(a.echeance < s.debut, false)) as a_renouveler
  from semestres as s
  inner join {{ ref('stg_referentiel__adhesions_effectives') }} as a
    on a.debut <= {{ fin_semestre('s.exercice', 's.semestre') }} and a.fin >= s.debut
  group by s.exercice, s.semestre, a.dispositif, a.siret_adherent
)

select
  s.exercice, s.semestre, s.debut, s.dispositif, s.siret_adherent, s.mois_s1, s.mois_s2, s.siren, p.population_totale as population,
  c.a_renouveler
from adhesions as s
inner join conventions as c using (exercice, semestre, dispositif, siret_adherent)
left join lateral (
  select r.population_totale
  from {{ ref('stg_referentiel__populations') }} as r
  where r.code_insee = s.code_insee and r.annee <= s.exercice
  order by r.annee desc
  limit 1
) as p on true
