-- R6: receipts of each exercice × dispositif: titres, corrections (673) and fees kept back (R6f).
-- A row exists only where a line or a fee exists: no row is « non renseigné » (NULL), never 0.
select exercice, dispositif, sum(montant) as recettes
from {{ ref('int_recettes_origine') }}
group by exercice, dispositif
