select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  siret_adherent,
  type_adherent,
  code_insee,
  debut,
  fin
from {{ ref('mart_adhesion') }}
where exercice in {{ exercices_demandes() }}
