select
  exercice,
  dispositif,
  siret_adherent as siret,
  debut,
  convention,
  echeance,
  statut
from {{ ref('convention') }}
