-- R19: `constate` is the exercice itself, `engage` what is decided already, then the scenarios of `hypotheses`. One row of a year
-- and a dispositif counts: what was decided as the last exercice published before it knew.
select
  p.exercice_base, p.exercice, p.scenario, p.dispositif, p.etp, p.cout_net, p.montant_du, p.dont_ac, p.etp_communes, p.depenses_communes,
  {{ prevision_qui_compte('p') }} as compte,
  p.exercice || '|' || p.dispositif as cle_dispositif
from {{ ref('prevision') }} as p
