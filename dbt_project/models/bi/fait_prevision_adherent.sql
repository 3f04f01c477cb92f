-- R19: what each adherent would owe; without SIRET, new members.
select
  p.exercice_base, p.exercice, p.scenario, p.dispositif, p.siret_adherent as siret, p.montant_du,
  {{ prevision_qui_compte('p') }} as compte,
  p.exercice || '|' || p.dispositif as cle_dispositif,
  p.exercice || '|' || p.siret_adherent as cle_adherent
from {{ ref('prevision_adherent') }} as p
