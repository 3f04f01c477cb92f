select
  {{ version_courante() }} as version,
  exercice,
  depot,
  siren_beneficiaire,
  operations::int as operations,
  kwhc_classique::numeric(18, 6) as kwhc_classique,
  kwhc_precarite::numeric(18, 6) as kwhc_precarite,
  produit::numeric(15, 2) as produit,
  frais::numeric(15, 2) as frais,
  reversement::numeric(15, 2) as reversement,
  part_epci::numeric(15, 2) as part_epci
from {{ ref('mart_cee_valorisation') }}
where exercice in {{ exercices_demandes() }}
