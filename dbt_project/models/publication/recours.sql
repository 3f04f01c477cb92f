select
  {{ version_courante() }} as version,
  exercice,
  semestre,
  dispositif,
  siret_adherent,
  type_unite,
  reference,
  quantite::numeric(18, 6) as quantite,
  poids::numeric(18, 6) as poids,
  unites::numeric(18, 6) as unites,
  fichier,
  ligne
from {{ ref('mart_recours') }}
where exercice in {{ exercices_demandes() }}
