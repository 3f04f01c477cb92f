-- R6: the origins of a dispositif sum to its receipts, and a dispositif without receipts has none.
select exercice, dispositif, s.recettes::text as attendu, o.recettes::text as constate
from {{ ref('synthese_financiere') }} as s
full join (
  select r.exercice, r.dispositif, sum(r.montant) as recettes from {{ ref('recettes_origine') }} as r group by r.exercice, r.dispositif
) as o using (exercice, dispositif)
where dispositif <> 'TOTAL' and s.recettes is distinct from o.recettes
