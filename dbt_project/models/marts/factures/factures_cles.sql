-- Keys without an axe (R3i) in force on the last day of the semestre, the date of the draft: which dispositif a titre
-- comes back to when only its service or its produit says so.
select {{ version_courante() }} as version, s.exercice, s.semestre, k.origine, k.code, k.dispositif
from {{ ref('int_semestres') }} as s
inner join {{ ref('int_cles') }} as k on s.fin between k.debut and k.fin
where k.origine in ('operation', 'service', 'produit') and s.exercice in {{ exercices_demandes() }}
