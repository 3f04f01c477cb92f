-- R7: adherents of each dispositif and semestre, months of adhesion in S1 and S2 (united, R7c), commune and
-- population used by the tariffs (R7d).
with mois as (
  select distinct a.dispositif, a.siret_adherent, e.exercice, m.mois
  from {{ ref('int_exercices_recouvrement') }} as e
  cross join generate_series(1, 12) as m (mois)
  inner join {{ ref('stg_referentiel__adhesions_effectives') }} as a
    on
      a.debut <= (make_date(e.exercice, m.mois, 1) + interval '1 month - 1 day')::date
      and a.fin >= make_date(e.exercice, m.mois, 1)
),

annees as (
  select
    exercice, dispositif, siret_adherent,
    count(*) filter (where mois <= 6) as mois_s1,
    count(*) filter (where mois > 6) as mois_s2
  from mois
  group by exercice, dispositif, siret_adherent
),

semestres as (
  select a.*, s.semestre, s.debut
  from annees as a
  inner join {{ ref('int_semestres') }} as s using (exercice)
  where (s.semestre = 1 and a.mois_s1 > 0) or (s.semestre = 2 and a.mois_s2 > 0)
)

select
  s.exercice, s.semestre, s.dispositif, s.siret_adherent, s.mois_s1, s.mois_s2, b.siren, b.code_insee,
  p.population_totale as population
from semestres as s
left join lateral {{ adherent_au('s.siret_adherent', 's.debut', ['siren', 'code_insee']) }} as b on true
left join {{ ref('stg_referentiel__populations') }} as p
  on b.code_insee = p.code_insee and s.exercice = p.annee
