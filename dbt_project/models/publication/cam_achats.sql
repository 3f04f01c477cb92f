select
  {{ version_courante() }} as version,
  exercice,
  numero_marche,
  thematique,
  siret_adherent,
  commandes::int as commandes,
  achats_ht::numeric(15, 2) as achats_ht,
  achats_compares_ht::numeric(15, 2) as achats_compares_ht,
  prix_reference_ht::numeric(15, 2) as prix_reference_ht,
  gain::numeric(15, 2) as gain
from {{ ref('mart_cam_achats') }}
where exercice in {{ exercices_demandes() }}
