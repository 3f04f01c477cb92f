select
  c.exercice,
  c.dispositif,
  c.cout_net as cout_complet,
  c.cout_net - c.cout_d5211 as dont_structure,
  c.cout_d5211,
  {{ parametre('base_opposable', 'make_date(c.exercice, 1, 1)', precision='c.dispositif') }} = 'oui' as base_opposable
from {{ ref('int_couts') }} as c
