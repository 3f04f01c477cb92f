-- R6, R6c.
select s.exercice, s.dispositif, s.reste_a_charge::text as constate,
  (s.cout_net - coalesce(s.recettes, 0))::text as attendu
from {{ ref('synthese_financiere') }} as s
where s.reste_a_charge is distinct from s.cout_net - coalesce(s.recettes, 0)
