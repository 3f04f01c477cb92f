-- S12. What the rounding of each catégorie adds to the cost of personnel has a row of its own: half a cent a catégorie at most.
with s as (
  select s.exercice, s.dispositif, m.mesure, coalesce(m.montant, 0) as montant, m.tolerance
  from {{ ref('synthese_financiere') }} as s
  cross join lateral (values
    ('etp', s.etp, 0.000001), ('cout_personnel', s.cout_personnel, 0.000001),
    ('cout_fonctionnement', s.cout_fonctionnement, 0), ('amortissements', s.amortissements, 0),
    ('subventions', s.subventions, 0), ('reprises', s.reprises, 0), ('recettes', s.recettes, 0)
  ) as m (mesure, montant, tolerance)
  where s.dispositif <> 'TOTAL'),
t as (
  select t.exercice, t.dispositif, t.mesure, sum(t.montant) as montant,
    sum(abs(t.montant)) filter (where t.rang = 'arrondi') as arrondi
  from {{ ref('tracabilite') }} as t
  group by 1, 2, 3),
c as (select c.exercice, c.dispositif, count(*) as lignes from {{ ref('etp_categorie') }} as c group by 1, 2)
select exercice, dispositif, mesure, coalesce(s.montant, 0)::text as attendu,
  trim_scale(coalesce(t.montant, 0))::text as constate, t.arrondi
from s full outer join t using (exercice, dispositif, mesure) left join c using (exercice, dispositif)
where abs(coalesce(s.montant, 0) - coalesce(t.montant, 0)) > coalesce(s.tolerance, 0)
  or t.arrondi > 0.005 * coalesce(c.lignes, 0) + 0.000001
