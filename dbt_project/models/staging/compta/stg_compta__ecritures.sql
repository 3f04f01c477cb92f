-- Ledger lines that count, of mandats, titres and PES.
select
  fichier_id, ligne, rang_bordereau, rang_piece, identite, sens, exercice, budget, bordereau, piece, ligne_piece,
  date_emission, type_piece, nature, axe_analytique, operation, service_gestionnaire, produit, siret, objet,
  exercice_origine, periode_service, montant_ht, montant_ttc, statut
from {{ ref('lec_compta__ecritures') }}
where comptee
