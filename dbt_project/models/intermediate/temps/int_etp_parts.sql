-- R1 of whole years.
select segment_id, exercice, matricule, categorie, fichier, sha256, code_activite, lignes, etp_source, part, destination, motif, etp
from {{ ref('int_etp_periodes') }}
where mois = 12
