select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  libelle,
  thematique,
  valorisation,
  etp_mesure::numeric(12, 6) as etp_mesure,
  charges_mesurees::numeric(15, 2) as charges_mesurees,
  unites::numeric(18, 6) as unites,
  adherents::int as adherents,
  manque
from {{ ref('mart_etat_valorisation') }}
where exercice in {{ exercices_demandes() }}
