select
  exercice,
  semestre,
  dispositif,
  siret_adherent as siret,
  mode_recouvrement as mode,
  montant_du,
  montant_titre,
  ecart,
  exercice || '|' || dispositif as cle_dispositif,
  exercice || '|' || siret_adherent as cle_adherent
from {{ ref('recouvrement') }}
