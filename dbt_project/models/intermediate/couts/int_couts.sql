-- R2 to R5: components of the cost of each valorisé dispositif, one row per exercice × dispositif.
with personnel as (
  select
    exercice,
    dispositif,
    sum(etp) as etp,
    sum(cout_personnel) as cout_personnel,
    sum(cout_personnel_d5211) as cout_personnel_d5211
  from {{ ref('int_couts_personnel') }}
  group by exercice, dispositif
),

ecritures as (
  select
    exercice,
    destination as dispositif,
    sum(montant_mesure) filter (where mesure = 'cout_fonctionnement') as cout_fonctionnement,
    sum(montant_mesure) filter (where mesure = 'subventions') as subventions
  from {{ ref('int_ecritures_parts') }}
  group by exercice, destination
),

actif as (
  select
    exercice,
    destination as dispositif,
    sum(dotation_part) as amortissements,
    sum(reprise_part) as reprises
  from {{ ref('int_amortissements') }}
  group by exercice, destination
)

select
  d.exercice, d.dispositif, d.libelle,
  coalesce(p.etp, 0) as etp,
  coalesce(p.cout_personnel, 0) as cout_personnel,
  coalesce(p.cout_personnel_d5211, 0) as cout_personnel_d5211,
  coalesce(e.cout_fonctionnement, 0) as cout_fonctionnement,
  coalesce(a.amortissements, 0) as amortissements,
  coalesce(e.subventions, 0) as subventions,
  coalesce(a.reprises, 0) as reprises,
  coalesce(p.cout_personnel, 0) + coalesce(e.cout_fonctionnement, 0) + coalesce(a.amortissements, 0)
  - coalesce(e.subventions, 0) - coalesce(a.reprises, 0) as cout_net,
  coalesce(p.cout_personnel_d5211, 0) + coalesce(e.cout_fonctionnement, 0) + coalesce(a.amortissements, 0)
  - coalesce(e.subventions, 0) - coalesce(a.reprises, 0) as cout_d5211
from {{ ref('int_dispositifs_exercice') }} as d
left join personnel as p using (exercice, dispositif)
left join ecritures as e using (exercice, dispositif)
left join actif as a using (exercice, dispositif)
where d.est_valorise
