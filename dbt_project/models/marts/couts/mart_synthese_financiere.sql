with recettes_ac as (
  select exercice, dispositif, sum(montant_du) as recettes_ac
  from {{ ref('int_recouvrement') }}
  where {{ mode_qui('mode_recouvrement', 'ac') }} and par_adhesion
  group by exercice, dispositif
),

dispositifs as (
  select
    c.exercice, c.dispositif, c.libelle, c.etp, c.cout_personnel, c.cout_fonctionnement, c.amortissements,
    c.subventions, c.reprises, c.cout_net, r.recettes, a.recettes_ac,
    r.recettes is not null as recettes_renseignees,
    false as est_total
  from {{ ref('int_couts') }} as c
  left join {{ ref('int_recettes_dispositif') }} as r using (exercice, dispositif)
  left join recettes_ac as a using (exercice, dispositif)
),

lignes as (
  select * from dispositifs
  union all
  -- a year without valorisé dispositif has a TOTAL of 0,00 (R6d)
  select
    e.exercice,
    'TOTAL',
    'TOTAL',
    coalesce(sum(d.etp), 0),
    coalesce(sum(d.cout_personnel), 0),
    coalesce(sum(d.cout_fonctionnement), 0),
    coalesce(sum(d.amortissements), 0),
    coalesce(sum(d.subventions), 0),
    coalesce(sum(d.reprises), 0),
    coalesce(sum(d.cout_net), 0),
    coalesce(sum(d.recettes), 0),
    sum(d.recettes_ac),
    coalesce(bool_and(d.recettes_renseignees), true),
    true
  from {{ ref('int_exercices') }} as e
  left join dispositifs as d using (exercice)
  group by e.exercice
)

select
  exercice, dispositif, libelle,
  {{ arrondi('etp', 6) }} as etp,
  cout_personnel, cout_fonctionnement, amortissements, subventions, reprises, cout_net, recettes, recettes_ac,
  recettes_renseignees,
  cout_net - coalesce(recettes, 0) as reste_a_charge,
  cout_net - coalesce(recettes, 0) - coalesce(recettes_ac, 0) as reste_a_charge_apres_ac,
  -- a cost of a cent gives a rate that no column holds: left out (R10g)
  case when {{ tient_dans(quotient('recettes', 'cout_net'), 12) }} then {{ arrondi(quotient('recettes', 'cout_net'), 6) }} end as taux_couverture,
  est_total
from lignes
