-- R23a: what is voted up to the end of the month of a situation and stands in no row of `budget_suivi`, and why; what its role leaves
-- out of both components is not told.
with lignes as (
  select
    c.exercice, c.montant,
    case c.sens when 'D' then 'fonctionnement' else 'recettes' end as composante,
    case
      when c.role is null then 'sans_role'
      when c.cle_dispositif is null then 'sans_cle'
      when c.cle_dispositif in {{ cles_hors_dispositif() }} then lower(c.cle_dispositif)
      else 'non_valorise'
    end as motif
  from {{ ref('int_credits') }} as c
  left join {{ ref('int_dispositifs_exercice') }} as d on c.exercice = d.exercice and c.cle_dispositif = d.dispositif and d.est_valorise
  where c.jeu = 'budget' and c.date_vote <= c.fin and (c.role is null or (c.composante is not null and d.dispositif is null))
)

select
  exercice::integer as exercice,
  composante::text as composante,
  motif::text as motif,
  sum(montant)::numeric(15, 2) as vote
from lignes
group by exercice, composante, motif
