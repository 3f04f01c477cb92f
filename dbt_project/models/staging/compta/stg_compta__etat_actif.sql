-- An asset counts without its subsidy when only the subsidy is refused (R5c).
select
  fichier_id, ligne, fichier, sha256,
  exercice_fichier as exercice,
  numero_inventaire, compte, date_mise_en_service, valeur_brute, duree, mode, axe_analytique, quote_part,
  numero_subvention, montant_subvention, date_sortie
from {{ ref('lec_compta__etat_actif') }}
where bien_compte
