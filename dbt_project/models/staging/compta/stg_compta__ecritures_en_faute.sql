-- Lines that a control names: two amounts for one identity (R3f), a PES bordereau that does not add up (P3).
select
  fichier_id, ligne, rang_bordereau, rang_piece, rang_ligne,
  rejet_exercice as exercice,
  bordereau, identite, nature, montant_ttc, identite_ambigue, bordereau_incoherent
from {{ ref('lec_compta__ecritures') }}
where rejet_statut is not null and (identite_ambigue or bordereau_incoherent)
