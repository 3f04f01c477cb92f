-- Each row of the synthèse against itself, one row by identity that does not hold (R5, R5b, R6, R6a, R6b, R6c, R6d).
select s.exercice, s.dispositif, i.identite, coalesce(i.constate, 'vide') as constate, coalesce(i.attendu, 'vide') as attendu
from {{ ref('synthese_financiere') }} as s
cross join lateral (
  select
    coalesce(s.cout_personnel, 0) + coalesce(s.cout_fonctionnement, 0) + coalesce(s.amortissements, 0)
    - coalesce(s.subventions, 0) - coalesce(s.reprises, 0) as cout_net,
    s.cout_net - coalesce(s.recettes, 0) as reste,
    s.reste_a_charge - coalesce(s.recettes_ac, 0) as reste_apres_ac,
    case when abs(s.recettes / nullif(s.cout_net, 0)) < 10::numeric ^ 12 - 1 then round(s.recettes / nullif(s.cout_net, 0), 6) end as taux
) as c
cross join lateral (
  values
  (
    'composantes', num_nulls(s.etp, s.cout_personnel, s.cout_fonctionnement, s.amortissements, s.subventions, s.reprises) > 0,
    null, 'toutes'
  ),
  ('cout_net', s.cout_net is distinct from c.cout_net, s.cout_net::text, c.cout_net::text),
  ('reste_a_charge', s.reste_a_charge is distinct from c.reste, s.reste_a_charge::text, c.reste::text),
  ('reste_a_charge_apres_ac', s.reste_a_charge_apres_ac is distinct from c.reste_apres_ac, s.reste_a_charge_apres_ac::text, c.reste_apres_ac::text),
  ('taux_couverture', (abs(s.taux_couverture - c.taux) <= 0.000001) is not true and num_nonnulls(s.taux_couverture, c.taux) > 0,
    s.taux_couverture::text, c.taux::text),
  ('recettes', s.dispositif <> 'TOTAL' and s.recettes_renseignees is distinct from (s.recettes is not null), s.recettes::text, s.recettes_renseignees::text)
) as i (identite, fausse, constate, attendu)
where i.fausse
