-- R7: adherents of each dispositif and semestre, months of adhesion in S1 and S2 (united, R7c), commune and
-- population used by the tariffs (R7d).
with {{ adhesions_par_semestre(ref('int_semestres')) }}

select
  s.exercice, s.semestre, s.dispositif, s.siret_adherent, s.mois_s1, s.mois_s2, s.siren, s.code_insee,
  p.population_totale as population
from adhesions as s
left join {{ ref('stg_referentiel__populations') }} as p
  on s.code_insee = p.code_insee and s.exercice = p.annee
