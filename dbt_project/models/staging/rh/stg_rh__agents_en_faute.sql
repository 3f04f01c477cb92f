-- Lines that a control counts: segments that overlap (H1), affectations above 100 % (H2).
select fichier_id, ligne, exercice_fichier as exercice, matricule, segment_chevauchant, affectation_sup_100
from {{ ref('lec_rh__agents') }}
where segment_chevauchant or affectation_sup_100
