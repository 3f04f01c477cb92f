-- One row per exercice invoiced × semestre, bounds included.
select
  e.exercice,
  s.semestre,
  {{ debut_semestre('e.exercice', 's.semestre') }} as debut,
  {{ fin_semestre('e.exercice', 's.semestre') }} as fin,
  {{ parametre_numerique('seuil_titre', debut_semestre('e.exercice', 's.semestre')) }} as seuil_titre
from {{ ref('int_exercices_recouvrement') }} as e
cross join (values (1), (2)) as s (semestre)
