-- R2, R10, R10a, S13: the bridge starts from the net cost of the synthèse, shows its receipts, and is the base and the coverage
-- that the unit cost repeats.
with lignes as (
  select
    exercice, dispositif, s.cout_net,
    s.recettes as recettes_synthese,
    p.cout_complet, p.dont_structure, p.cout_d5211, p.recettes,
    p.taux_couverture_d5211 as taux,
    s.recettes::numeric(100, 40) / nullif(p.cout_d5211, 0) as quotient,
    u.cout_d5211 as cout_unitaire,
    u.taux_couverture_d5211 as taux_unitaire
  from (select d.* from {{ ref('synthese_financiere') }} as d where d.dispositif <> 'TOTAL') as s
  full join {{ ref('passage_d5211') }} as p using (exercice, dispositif)
  full join {{ ref('cout_unitaire') }} as u using (exercice, dispositif)
)

select l.exercice, l.dispositif, i.identite, coalesce(i.constate::text, 'vide') as constate, coalesce(i.attendu::text, 'vide') as attendu
from lignes as l
cross join lateral (
  values
  ('cout_complet', l.cout_complet, l.cout_net),
  ('dont_structure', l.dont_structure, l.cout_complet - l.cout_d5211),
  ('recettes', l.recettes, l.recettes_synthese),
  ('taux_couverture_d5211', l.taux, case when abs(l.quotient) < 10::numeric ^ 12 - 1 then round(l.quotient, 6) end),
  ('cout_d5211 unitaire', l.cout_unitaire, l.cout_d5211),
  ('taux_couverture_d5211 unitaire', l.taux_unitaire, l.taux)
) as i (identite, constate, attendu)
where i.constate is distinct from i.attendu
