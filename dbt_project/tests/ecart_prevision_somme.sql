-- The effects of a dispositif are the whole difference between its actual and its forecast.
select exercice, scenario, dispositif
from {{ ref('ecart_prevision') }}
where ecart <> effet_etp + effet_taux + effet_fonctionnement + effet_amortissements + effet_subventions + effet_reprises
  + effet_entree + effet_sortie
  or ecart <> coalesce(cout_constate, 0) - coalesce(cout_prevu, 0)
