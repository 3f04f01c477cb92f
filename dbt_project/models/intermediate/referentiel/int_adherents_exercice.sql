-- S14: adherents valid on at least one day of E, by their last row that meets it, and the population of that year.
select distinct on (e.exercice, a.siret)
  e.exercice,
  a.siret as siret_adherent,
  a.siren,
  a.type as type_adherent,
  a.nom,
  a.code_insee,
  p.population_totale as population
from {{ ref('int_exercices') }} as e
inner join {{ ref('stg_referentiel__adherents') }} as a on {{ se_rencontrent('a', 'e') }}
left join {{ ref('stg_referentiel__populations') }} as p on a.code_insee = p.code_insee and e.exercice = p.annee
order by e.exercice, a.siret, a.debut desc, a.ligne desc
