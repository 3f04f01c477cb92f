-- R6a.
with r as (
  select r.exercice, r.dispositif, sum(r.montant_du) as montant
  from {{ ref('recouvrement') }} as r
  where r.mode_recouvrement = 'imputation_AC' group by 1, 2)
select s.exercice, s.dispositif, coalesce(r.montant, 0)::text as attendu, coalesce(s.recettes_ac, 0)::text as constate
from {{ ref('synthese_financiere') }} as s
left join r on r.exercice = s.exercice and r.dispositif = s.dispositif
where s.dispositif <> 'TOTAL' and coalesce(s.recettes_ac, 0) <> coalesce(r.montant, 0)
