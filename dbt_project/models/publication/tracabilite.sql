select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  mesure,
  regle,
  fichier,
  sha256,
  ligne,
  rang,
  piece,
  date_piece,
  nature,
  montant_source::numeric(24, 12) as montant_source,
  part::numeric(24, 12) as part,
  montant::numeric(24, 12) as montant
from {{ ref('mart_tracabilite') }}
where exercice in {{ exercices_demandes() }}
