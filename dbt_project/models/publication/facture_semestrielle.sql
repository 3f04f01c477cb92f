select
  {{ version_courante() }} as version,
  exercice,
  semestre,
  siret_adherent,
  montant_du::numeric(15, 2) as montant_du,
  report_precedent::numeric(15, 2) as report_precedent,
  statut,
  montant_facture::numeric(15, 2) as montant_facture
from {{ ref('mart_facture_semestrielle') }}
where exercice in {{ exercices_demandes() }}
