-- R6: receipts of each exercice × dispositif: titres, corrections (673) and fees kept back (R6f).
-- A row exists only where a line or a fee exists: no row is « non renseigné » (NULL), never 0.
select
  exercice,
  dispositif,
  sum(montant) as recettes
from (
  select exercice, dispositif, montant from {{ ref('int_recettes') }}
  union all
  select exercice, dispositif, frais
  from {{ ref('int_cee_operations') }}
  where mode_recouvrement = 'retenue' and not est_epci
) as r
group by exercice, dispositif
