-- R13, R13a: what is left to collect of each titre, at most what its positive lines come to (control reste_superieur).
select
  r.exercice,
  r.budget,
  r.bordereau,
  r.piece,
  r.reste_a_recouvrer as reste_livre,
  coalesce(t.montant, 0) as montant_lignes,
  least(r.reste_a_recouvrer, coalesce(t.montant, 0)) as reste
from {{ ref('stg_compta__restes_a_recouvrer') }} as r
left join (
  select exercice, budget, bordereau, piece, sum(montant_ttc) as montant
  from {{ ref('int_ecritures') }}
  where {{ ligne_a_recouvrer() }}
  group by exercice, budget, bordereau, piece
) as t using (exercice, budget, bordereau, piece)
