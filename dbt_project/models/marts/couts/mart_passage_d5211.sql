with couvertures as (
  select
    exercice, c.dispositif, c.cout_net, c.cout_d5211, r.recettes,
    {{ quotient('r.recettes', 'c.cout_d5211') }} as taux
  from {{ ref('int_couts') }} as c
  left join {{ ref('int_recettes_dispositif') }} as r using (exercice, dispositif)
)

select
  exercice,
  dispositif,
  cout_net as cout_complet,
  cout_net - cout_d5211 as dont_structure,
  cout_d5211,
  -- S11b: a parameter of 1 January says so, else what the law attaches to it
  coalesce(
    {{ parametre('base_opposable', 'make_date(exercice, 1, 1)', precision='dispositif') }} = 'oui',
    d.cadre_legal = 'mise à disposition',
    false
  ) as base_opposable,
  recettes,
  -- a base of a cent gives a rate that no column holds: left out (R10g)
  case when {{ tient_dans('taux', 12) }} then {{ arrondi('taux', 6) }} end as taux_couverture_d5211
from couvertures
left join {{ ref('int_dispositifs_exercice') }} as d using (exercice, dispositif)
