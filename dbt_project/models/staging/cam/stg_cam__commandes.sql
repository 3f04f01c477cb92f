select
  fichier_id, ligne, fichier, sha256, exercice, semestre, numero_commande, date_commande, numero_marche, lot,
  siret_adherent, montant_ht, prix_reference_ht, statut
from {{ ref('lec_cam__commandes') }}
where comptee
