-- R5.
select s.exercice, s.dispositif, s.cout_net::text as constate, (coalesce(s.cout_personnel, 0)
  + coalesce(s.cout_fonctionnement, 0) + coalesce(s.amortissements, 0) - coalesce(s.subventions, 0)
  - coalesce(s.reprises, 0))::text as attendu
from {{ ref('synthese_financiere') }} as s
where s.cout_net is distinct from coalesce(s.cout_personnel, 0) + coalesce(s.cout_fonctionnement, 0)
  + coalesce(s.amortissements, 0) - coalesce(s.subventions, 0) - coalesce(s.reprises, 0)
