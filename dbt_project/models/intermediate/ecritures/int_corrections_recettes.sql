-- 673 lines: they reduce the receipts of their exercice of origin (R3, R3e, R6e); key as R3a, no part communes.
select
  e.fichier_id,
  e.ligne,
  e.rang_bordereau,
  e.rang_piece,
  e.ligne_piece,
  e.fichier,
  e.sha256,
  e.identite,
  e.date_emission,
  e.nature,
  e.exercice as exercice_emission,
  e.exercice_origine as exercice,
  e.cle_dispositif as dispositif,
  e.siret,
  e.objet,
  e.montant as montant_source,
  -e.montant as montant
from {{ ref('int_ecritures') }} as e
where
  e.emploi = 'correction'
  and e.exercice_origine is not null
  and e.cle_dispositif is not null
  and e.cle_dispositif not in {{ cles_hors_dispositif() }}
