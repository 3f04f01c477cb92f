-- Affectations that count, each with the segment that it shares out; bounds of the segment where the line has none.
select
  fichier_id, ligne, fichier, sha256,
  exercice_fichier as exercice,
  matricule, categorie, quotite_pct, date_entree, sortie, code_activite, pct_affectation, debut_affectation,
  fin_affectation
from {{ ref('lec_rh__agents') }}
where affectation_valide
