-- R11 by commune, with its CCAS, beside its inhabitants: once each, and 0 of what it did not use. A satellite that sits there is not it.
with usages as (
  select a.exercice, a.code_insee, sum(u.cout_usage) as cout_usage, sum(u.montant_du) as montant_du, sum(u.reste_a_charge) as reste_a_charge
  from {{ ref('fait_usage') }} as u
  inner join {{ ref('dim_adherent') }} as a on u.exercice = a.exercice and u.siret = a.siret
  where a.type_adherent in ('commune', 'ccas')
  group by a.exercice, a.code_insee
)

select
  c.exercice, c.code_insee, c.nom, c.population, c.classe_population,
  coalesce(u.cout_usage, 0) as cout_usage,
  coalesce(u.montant_du, 0) as montant_du,
  coalesce(u.reste_a_charge, 0) as reste_a_charge,
  c.cle_commune
from {{ ref('dim_commune') }} as c
inner join {{ ref('dim_exercice') }} as e on c.exercice = e.exercice
left join usages as u on c.exercice = u.exercice and c.code_insee = u.code_insee
