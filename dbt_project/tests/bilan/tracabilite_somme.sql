-- S12.
with s as (
  select s.exercice, s.dispositif, m.mesure, coalesce(m.montant, 0) as montant
  from {{ ref('synthese_financiere') }} as s
  cross join lateral (values
    ('cout_fonctionnement', s.cout_fonctionnement), ('amortissements', s.amortissements),
    ('subventions', s.subventions), ('reprises', s.reprises), ('recettes', s.recettes)
  ) as m (mesure, montant)
  where s.dispositif <> 'TOTAL'),
t as (
  select t.exercice, t.dispositif, t.mesure, sum(t.montant) as montant
  from {{ ref('tracabilite') }} as t
  where t.dispositif <> 'TOTAL'
    and t.mesure in ('cout_fonctionnement', 'amortissements', 'subventions', 'reprises', 'recettes')
  group by 1, 2, 3)
select exercice, dispositif, mesure, coalesce(s.montant, 0)::text as attendu,
  trim_scale(coalesce(t.montant, 0))::text as constate
from s full outer join t using (exercice, dispositif, mesure)
where coalesce(s.montant, 0) <> coalesce(t.montant, 0)
