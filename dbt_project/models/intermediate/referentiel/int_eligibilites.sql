-- R17b: communes in force on 31 December against the dispositifs of that day that state a population: who may join, who may not.
select distinct on (e.exercice, d.code, a.siret)
  e.exercice,
  d.code as dispositif,
  a.siret as siret_adherent,
  d.population_min,
  d.population_max,
  p.population_totale as population,
  case
    when p.population_totale is null then 'population'
    when p.population_totale < d.population_min or p.population_totale >= d.population_max then 'eligibilite'
  end as obstacle,
  exists(
    select from {{ ref('stg_referentiel__adhesions_effectives') }} as h
    where h.dispositif = d.code and h.siret_adherent = a.siret and e.fin between h.debut and h.fin
  ) as membre
from {{ ref('int_exercices') }} as e
inner join {{ ref('stg_referentiel__dispositifs') }} as d on {{ en_vigueur('d', 'e.fin') }}
inner join {{ ref('stg_referentiel__adherents') }} as a on a.type = 'commune' and {{ en_vigueur('a', 'e.fin') }}
left join {{ ref('stg_referentiel__populations') }} as p on a.code_insee = p.code_insee and e.exercice = p.annee
where num_nonnulls(d.population_min, d.population_max) > 0
order by e.exercice, d.code, a.siret, a.debut desc, a.ligne desc
