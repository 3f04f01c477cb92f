select
  {{ version_courante() }} as version,
  c.exercice,
  c.dispositif,
  c.cout_net::numeric(15, 2) as cout_complet,
  (c.cout_net - c.cout_d5211)::numeric(15, 2) as dont_structure,
  c.cout_d5211::numeric(15, 2) as cout_d5211,
  coalesce({{ parametre_dispositif('base_opposable', 'c.dispositif', 'make_date(c.exercice, 1, 1)', 'valeur') }}, 'non') = 'oui'
    as base_opposable
from {{ ref('int_couts') }} as c
where c.exercice in {{ exercices_demandes() }}
