-- Who is invoiced: the row in force on the first day of the semestre, else the last known one, as R7d chooses the commune.
select
  {{ version_courante() }} as version,
  f.exercice, f.semestre, f.siret_adherent, a.siren, a.type, a.nom, a.adresse, a.code_postal, a.ville
from (select distinct exercice, semestre, siret_adherent from {{ ref('int_recouvrement') }}) as f
inner join {{ ref('int_semestres') }} as s using (exercice, semestre)
inner join lateral {{ adherent_au('f.siret_adherent', 's.debut', ['siren', 'type', 'nom', 'adresse', 'code_postal', 'ville']) }} as a on true
where f.exercice in {{ exercices_demandes() }}
