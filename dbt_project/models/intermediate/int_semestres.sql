-- One row per exercice computed × semestre, bounds included.
select
  e.exercice,
  s.semestre,
  make_date(e.exercice, 6 * s.semestre - 5, 1) as debut,
  make_date(e.exercice, 6 * s.semestre, 29 + s.semestre) as fin,
  coalesce({{ parametre_numerique('seuil_titre', 'make_date(e.exercice, 6 * s.semestre - 5, 1)') }}, 15.00) as seuil_titre
from {{ ref('int_exercices') }} as e
cross join (values (1), (2)) as s (semestre)
