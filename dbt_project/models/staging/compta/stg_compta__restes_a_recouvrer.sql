-- Rests that count (R13a).
select fichier_id, ligne, exercice, budget, bordereau, piece, reste_a_recouvrer
from {{ ref('lec_compta__restes_a_recouvrer') }}
where comptee
