-- The structure cost of a dispositif is shared among the accounts of the pool by cumulated rounding: the cents of
-- the lines sum to the amount left out.
with ecartes as (
  select
    exercice,
    dispositif,
    cout_net - cout_d5211 as dont_structure
  from {{ ref('int_couts') }}
),

comptes as (
  select
    p.*,
    sum(montant) over (partition by exercice) as pool,
    sum(montant) over (partition by exercice order by nature_charge, compte) as cumul
  from {{ ref('int_pool_structure') }} as p
),

parts as (
  select
    e.exercice,
    e.dispositif,
    c.compte,
    c.nature_charge,
    {{ arrondi(quotient('e.dont_structure * c.cumul', 'c.pool')) }}
    - {{ arrondi(quotient('e.dont_structure * (c.cumul - c.montant)', 'c.pool')) }} as montant
  from ecartes as e
  inner join comptes as c using (exercice)
)

select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  compte,
  nature_charge,
  case nature_charge
    when 'charge' then 'charge de structure, non strictement liée au fonctionnement du service (D5211-16)'
    when 'amortissement' then 'amortissement d''un bien de structure, non strictement lié au service (D5211-16)'
    else 'personnel de structure, non strictement lié au service (D5211-16)'
  end as motif,
  montant::numeric(15, 2) as montant
from parts
where
  montant <> 0
  and exercice in {{ exercices_demandes() }}
