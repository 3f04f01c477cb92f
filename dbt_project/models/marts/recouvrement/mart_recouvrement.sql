select
  exercice,
  semestre,
  dispositif,
  siret_adherent,
  mode_recouvrement,
  montant_du,
  montant_titre,
  a_titrer - montant_titre as ecart
from {{ ref('int_recouvrement') }}
