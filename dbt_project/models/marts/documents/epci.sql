-- The group itself: its last row that has begun by the end of the exercice.
select distinct on (e.exercice)
  {{ version_courante() }} as version,
  e.exercice, a.siret, a.siren, a.nom
from {{ ref('int_exercices') }} as e
inner join {{ ref('stg_referentiel__adherents') }} as a on a.debut <= e.fin
where a.type = 'epci' and e.demande
order by e.exercice, a.debut desc, a.siret collate "C"
