-- Lines whose contract segment counts; a segment stands on as many lines as it has affectations (stg_rh__affectations).
select
  fichier_id, ligne, fichier, sha256,
  exercice_fichier as exercice,
  matricule, categorie, quotite_pct, quotite_convertie, date_entree, sortie
from {{ ref('lec_rh__agents') }}
where segment_compte
