-- One row per exercice invoiced × semestre, bounds included; none after the one that a build of invoices stops at (R18).
select
  e.exercice,
  s.semestre,
  {{ debut_semestre('e.exercice', 's.semestre') }} as debut,
  {{ fin_semestre('e.exercice', 's.semestre') }} as fin,
  {{ parametre_numerique('seuil_titre', debut_semestre('e.exercice', 's.semestre')) }} as seuil_titre
from {{ ref('int_exercices_recouvrement') }} as e
cross join (values (1), (2)) as s (semestre)
left join {{ ref('stg_journal__construction') }} as c on e.exercice = c.exercice
where c.semestre is null or s.semestre <= c.semestre
