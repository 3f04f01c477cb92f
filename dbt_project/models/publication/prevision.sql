{{ publier(ref('int_previsions')) }}
-- a hypothesis may give what no column holds: there is no forecast then, and the bilan is published (R10g)
  and {{ tient_dans('etp', 6) }} and {{ tient_dans('etp_communes', 6) }} and {{ tient_dans('depenses_communes', 13) }}
  and {{ tient_dans('cout_net', 13) }} and {{ tient_dans('cout_personnel', 13) }} and {{ tient_dans('cout_fonctionnement', 13) }}
  and {{ tient_dans('amortissements', 13) }} and {{ tient_dans('subventions', 13) }} and {{ tient_dans('montant_du', 13) }}
  and {{ tient_dans('reste_a_charge', 13) }}
