-- R19: `constate` is the exercice itself, `engage` what is decided already, then the scenarios of `hypotheses`.
select
  exercice_base, exercice, scenario, dispositif, etp, cout_net, montant_du, dont_ac, etp_communes, depenses_communes
from {{ ref('prevision') }}
