select
  exercice,
  dispositif,
  siret_adherent as siret,
  debut,
  convention,
  echeance,
  statut,
  exercice || '|' || dispositif as cle_dispositif,
  exercice || '|' || siret_adherent as cle_adherent
from {{ ref('convention') }}
