select source, fichier, colonne, motif, statut, count(*) as lignes
from {{ ref('rejets') }}
group by source, fichier, colonne, motif, statut
