-- R13, R13a: what is left to collect of each titre, at most what its positive lines come to (control reste_superieur).
select
  r.exercice, r.budget, r.bordereau, r.piece,
  r.reste_a_recouvrer as reste_livre,
  coalesce(sum(e.montant_ttc), 0) as montant_lignes,
  least(r.reste_a_recouvrer, coalesce(sum(e.montant_ttc), 0)) as reste
from {{ ref('stg_compta__restes_a_recouvrer') }} as r
left join {{ ref('int_ecritures') }} as e
  on
    r.exercice = e.exercice and r.budget = e.budget and r.bordereau = e.bordereau and r.piece = e.piece
    and {{ ligne_a_recouvrer('e') }}
group by r.exercice, r.budget, r.bordereau, r.piece, r.reste_a_recouvrer
