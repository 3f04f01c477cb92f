select
  exercice,
  dispositif,
  siret_adherent as siret,
  montant_titre,
  encaisse,
  reste_a_recouvrer,
  au
from {{ ref('encaissement') }}
