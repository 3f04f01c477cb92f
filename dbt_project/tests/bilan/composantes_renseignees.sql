-- R5b.
select s.exercice, s.dispositif from {{ ref('synthese_financiere') }} as s
where num_nulls(s.etp, s.cout_personnel, s.cout_fonctionnement, s.amortissements, s.subventions, s.reprises,
  s.cout_net, s.reste_a_charge, s.reste_a_charge_apres_ac) > 0
