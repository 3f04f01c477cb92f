select
  exercice,
  code_insee,
  transmis_le,
  limite,
  delibere_le,
  sens,
  statut
from {{ ref('avis_commune') }}
