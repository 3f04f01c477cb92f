select
  {{ version_courante() }} as version,
  exercice,
  semestre,
  dispositif,
  siret_adherent,
  mode_recouvrement,
  montant_du::numeric(15, 2) as montant_du,
  montant_titre::numeric(15, 2) as montant_titre,
  (a_titrer - montant_titre)::numeric(15, 2) as ecart
from {{ ref('int_recouvrement') }}
where exercice in {{ exercices_demandes() }}
