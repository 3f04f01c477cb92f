-- Who is invoiced: the row in force on the first day of the semestre, else the last known one, as R7d chooses the commune.
select
  {{ version_courante() }} as version,
  r.exercice,
  r.semestre,
  r.siret_adherent,
  a.siren,
  a.type,
  a.nom
from (select distinct exercice, semestre, siret_adherent from {{ ref('int_recouvrement') }}) as r
inner join {{ ref('int_semestres') }} as s using (exercice, semestre)
inner join lateral (
  select
    b.siren,
    b.type,
    b.nom
  from {{ ref('stg_referentiel__adherents') }} as b
  where b.siret = r.siret_adherent
  order by (s.debut between b.debut and coalesce(b.fin, 'infinity')) desc, b.debut desc, b.ligne desc
  limit 1
) as a on true
where r.exercice in {{ exercices_demandes() }}
