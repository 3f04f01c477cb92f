select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  mesure,
  fichier,
  sha256,
  ligne,
  rang,
  montant_source::numeric(24, 12) as montant_source,
  part::numeric(24, 12) as part,
  montant::numeric(24, 12) as montant
from {{ ref('mart_tracabilite') }}
where exercice in {{ exercices_demandes() }}
