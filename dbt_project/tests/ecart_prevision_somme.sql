-- The effects of a dispositif are the whole difference between its actual and its forecast; an effect that is empty is none.
select exercice, scenario, dispositif
from {{ ref('ecart_prevision') }}
where ecart is distinct from effet_etp + effet_taux + effet_fonctionnement + effet_amortissements + effet_subventions
  + effet_reprises + effet_entree + effet_sortie
  or ecart is distinct from coalesce(cout_constate, 0) - coalesce(cout_prevu, 0)
