-- R6, R6a.
select s.exercice, s.dispositif, s.reste_a_charge_apres_ac::text as constate,
  (s.reste_a_charge - coalesce(s.recettes_ac, 0))::text as attendu
from {{ ref('synthese_financiere') }} as s
where s.reste_a_charge_apres_ac is distinct from s.reste_a_charge - coalesce(s.recettes_ac, 0)
