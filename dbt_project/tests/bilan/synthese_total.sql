-- R6d.
with mesures as (
  select s.exercice, s.dispositif = 'TOTAL' as est_total, m.mesure, coalesce(m.montant, 0) as montant
  from {{ ref('synthese_financiere') }} as s
  cross join lateral (values
    ('etp', s.etp), ('cout_personnel', s.cout_personnel), ('cout_fonctionnement', s.cout_fonctionnement),
    ('amortissements', s.amortissements), ('subventions', s.subventions), ('reprises', s.reprises),
    ('cout_net', s.cout_net), ('recettes', s.recettes), ('recettes_ac', s.recettes_ac),
    ('reste_a_charge', s.reste_a_charge), ('reste_a_charge_apres_ac', s.reste_a_charge_apres_ac)
  ) as m (mesure, montant)
),
totaux as (select exercice, mesure, sum(montant) as montant from mesures where est_total group by 1, 2),
sommes as (
  select exercice, mesure, sum(montant) as montant, count(*) as lignes from mesures where not est_total group by 1, 2)
select exercice, mesure, coalesce(s.montant, 0)::text as attendu, coalesce(t.montant, 0)::text as constate
from totaux t full outer join sommes s using (exercice, mesure)
where abs(coalesce(t.montant, 0) - coalesce(s.montant, 0))
  > case when mesure = 'etp' then 0.0000005 * (coalesce(s.lignes, 0) + 1) else 0 end
