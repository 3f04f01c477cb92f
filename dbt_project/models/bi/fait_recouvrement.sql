select
  exercice,
  semestre,
  dispositif,
  siret_adherent as siret,
  mode_recouvrement as mode,
  montant_du,
  montant_titre,
  ecart
from {{ ref('recouvrement') }}
