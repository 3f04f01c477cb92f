-- What an adherent used, bore and owes. One that counts units under another key, and neither bears nor owes, has a row for its
-- units: by dispositif they are those of cout_unitaire. Half of a stock, which both semestres count (R10e).
with relevees as (
  select exercice, dispositif, siret_adherent, sum(unites) as unites
  from {{ ref('recours') }}
  group by exercice, dispositif, siret_adherent
),

unites as (
  select
    r.exercice,
    r.dispositif,
    r.siret_adherent,
    r.unites * case d.nature_unites when 'stock' then 0.5 else 1 end as unites
  from relevees as r
  inner join {{ ref('dim_dispositif') }} as d on r.exercice = d.exercice and r.dispositif = d.dispositif
),

lignes as (
  select
    exercice,
    dispositif,
    siret_adherent,
    u.unites,
    c.poids,
    c.cout_usage,
    c.montant_du,
    c.reste_a_charge
  from {{ ref('cout_adherent') }} as c
  full join unites as u using (exercice, dispositif, siret_adherent)
)

select
  l.exercice,
  l.dispositif,
  l.siret_adherent as siret,
  -- none is 0 where the dispositif counts some, unknown where it counts none
  case when l.unites is not null or n.unites <> 0 then coalesce(l.unites, 0) end as unites,
  coalesce(l.poids, 0) as poids,
  coalesce(l.cout_usage, 0) as cout_usage,
  coalesce(l.montant_du, 0) as montant_du,
  coalesce(l.reste_a_charge, 0) as reste_a_charge,
  d.unite,
  l.exercice || '|' || l.dispositif as cle_dispositif,
  l.exercice || '|' || l.siret_adherent as cle_adherent
from lignes as l
inner join {{ ref('cout_unitaire') }} as n on l.exercice = n.exercice and l.dispositif = n.dispositif
inner join {{ ref('dim_dispositif') }} as d on l.exercice = d.exercice and l.dispositif = d.dispositif
