-- S13.
select d.exercice, d.dispositif, d.dont_structure::text as constate,
  (d.cout_complet - d.cout_d5211)::text as attendu
from {{ ref('passage_d5211') }} as d
where d.dont_structure is distinct from d.cout_complet - d.cout_d5211
