select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  siret_adherent,
  cle,
  poids::numeric(18, 6) as poids,
  cout_usage::numeric(15, 2) as cout_usage,
  montant_du::numeric(15, 2) as montant_du,
  reste_a_charge::numeric(15, 2) as reste_a_charge
from {{ ref('mart_cout_adherent') }}
where exercice in {{ exercices_demandes() }}
