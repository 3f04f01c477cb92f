-- R13: the rest of each titre shared among its positive lines, receipts or not, to the cent by largest remainder (ties:
-- lower Ligne first, digits as numbers, before other texts).
with quotes_parts as (
  select
    e.fichier_id, e.ligne, e.rang_bordereau, e.rang_piece, e.ligne_piece, r.exercice, r.budget, r.bordereau, r.piece,
    r.reste * 100 as centimes_reste,
    -- cents, exact: floor of rest × line / titre, and the remainder on the same denominator
    div(r.reste * 100 * e.montant_ttc, r.montant_lignes) as centimes,
    mod(r.reste * 100 * e.montant_ttc, r.montant_lignes) as solde
  from {{ ref('int_restes') }} as r
  inner join {{ ref('int_ecritures') }} as e using (exercice, budget, bordereau, piece)
  where {{ ligne_a_recouvrer('e') }}
),

rangs as (
  select
    *,
    row_number() over (
      partition by exercice, budget, bordereau, piece
      order by
        solde desc,
        case when ligne_piece ~ '^[0-9]+$' then ligne_piece::numeric end nulls last,
        ligne_piece collate "C"
    ) as rang,
    centimes_reste - sum(centimes) over (partition by exercice, budget, bordereau, piece) as a_distribuer
  from quotes_parts
)

select
  fichier_id, ligne, rang_bordereau, rang_piece, ligne_piece, exercice, budget, bordereau, piece,
  (centimes + case when rang <= a_distribuer then 1 else 0 end) / 100 as reste
from rangs
