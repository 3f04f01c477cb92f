-- R6, R6d.
select s.exercice, s.dispositif, coalesce(s.recettes::text, 'vide') as constate,
  coalesce(s.recettes_renseignees::text, 'vide') as attendu
from {{ ref('synthese_financiere') }} as s
where s.dispositif <> 'TOTAL' and s.recettes_renseignees is distinct from (s.recettes is not null)
