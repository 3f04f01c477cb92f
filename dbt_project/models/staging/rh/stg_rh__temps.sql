select
  fichier_id, ligne, fichier, sha256,
  exercice_fichier as exercice,
  matricule, date, code_activite, duree, type_jour
from {{ ref('lec_rh__temps') }}
where comptee
