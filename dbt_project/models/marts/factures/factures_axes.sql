-- The axis a receipt carries: of those in force on the last day, the first code that fits a PES (CptAna, 10 characters).
select
  {{ version_courante() }} as version,
  s.exercice,
  s.semestre,
  k.dispositif,
  min(k.code collate "C") as code
from {{ ref('int_semestres') }} as s
inner join {{ ref('int_cles') }} as k on s.fin between k.debut and k.fin
where k.origine = 'axe' and octet_length(k.code) <= 10 and s.exercice in {{ exercices_demandes() }}
group by s.exercice, s.semestre, k.dispositif
