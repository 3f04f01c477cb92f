-- Each commune once a year, whoever of its adherents names it: its population can be summed.
with communes as (
  select distinct on (exercice, code_insee)
    version,
    exercice,
    code_insee,
    case when type_adherent = 'commune' then nom end as nom
  from {{ ref('dim_adherent') }}
  where code_insee is not null
  order by exercice, code_insee, type_adherent <> 'commune', siret collate "C"
)

select
  c.version,
  c.exercice,
  c.code_insee,
  c.nom,
  p.population_totale::integer as population,
  (
    select k.libelle from {{ ref('classes_population') }} as k
    where k.minimum <= p.population_totale
    order by k.minimum desc limit 1
  ) as classe_population
from communes as c
left join {{ ref('stg_referentiel__populations') }} as p on c.code_insee = p.code_insee and c.exercice = p.annee
