select
  exercice,
  dispositif,
  siret_adherent as siret,
  montant,
  depend_de
from {{ ref('offre') }}
