-- Bounds that are rejected: one that can't be read is no bound.
select fichier_id, ligne, gravite, rejet_motif as motif
from {{ ref('lec_referentiel__bornes') }}
where rejet_statut = 'rejete'
