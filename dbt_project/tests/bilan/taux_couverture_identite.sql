-- R6, R6c, R6d.
select s.exercice, s.dispositif, coalesce(s.taux_couverture::text, 'vide') as constate,
  coalesce(round(s.recettes / nullif(s.cout_net, 0), 6)::text, 'vide') as attendu
from {{ ref('synthese_financiere') }} as s
where (s.cout_net = 0 and s.taux_couverture is not null)
  or (s.recettes is null and s.taux_couverture is not null)
  or (s.recettes is not null and s.cout_net <> 0 and s.dispositif <> 'TOTAL' and s.taux_couverture is null)
  or (s.cout_net <> 0 and abs(s.taux_couverture - s.recettes / nullif(s.cout_net, 0)) > 0.000001)
