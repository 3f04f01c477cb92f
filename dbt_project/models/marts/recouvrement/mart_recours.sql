select
  exercice,
  semestre,
  dispositif,
  siret_adherent,
  type_unite,
  reference,
  quantite,
  poids,
  unites,
  fichier,
  ligne
from {{ ref('int_unites') }}
