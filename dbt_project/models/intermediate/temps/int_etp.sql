-- R1, one row per exercice × destination × catégorie, of whole years.
select exercice, destination, categorie, sum(etp) as etp
from {{ ref('int_etp_parts') }}
group by exercice, destination, categorie
