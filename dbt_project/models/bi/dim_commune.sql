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
  case
    when p.population_totale < 2000 then 'moins de 2 000 habitants'
    when p.population_totale < 5000 then '2 000 à 4 999 habitants'
    when p.population_totale < 10000 then '5 000 à 9 999 habitants'
    when p.population_totale < 20000 then '10 000 à 19 999 habitants'
    when p.population_totale >= 20000 then '20 000 habitants et plus'
  end as classe_population
from communes as c
left join {{ ref('stg_referentiel__populations') }} as p on c.code_insee = p.code_insee and c.exercice = p.annee
