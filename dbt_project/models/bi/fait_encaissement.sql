select
  exercice,
  dispositif,
  siret_adherent as siret,
  montant_titre,
  encaisse,
  reste_a_recouvrer,
  au,
  exercice || '|' || dispositif as cle_dispositif,
  exercice || '|' || siret_adherent as cle_adherent
from {{ ref('encaissement') }}
