-- R8c.
select c.exercice, c.depot, c.siren_beneficiaire as siren, c.produit::text as attendu,
  (c.frais + c.reversement + c.part_epci)::text as constate
from {{ ref('cee_valorisation') }} as c
where c.produit is distinct from c.frais + c.reversement + c.part_epci
