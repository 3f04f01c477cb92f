select
  {{ version_courante() }} as version,
  exercice,
  siret_adherent,
  type_adherent,
  nom,
  code_insee,
  population::integer as population
from {{ ref('mart_adherent') }}
where exercice in {{ exercices_demandes() }}
