-- R13: collected = titled − left; what is titled is the receipts, what is shared of the rest of a titre is that rest.
select e.exercice, e.dispositif, e.siret_adherent as siret, e.encaisse::text as constate,
  (e.montant_titre - e.reste_a_recouvrer)::text as attendu
from {{ ref('encaissement') }} as e
where e.encaisse is distinct from e.montant_titre - e.reste_a_recouvrer
union all
select exercice, dispositif, null, e.montant::text, r.montant::text
from (select exercice, dispositif, sum(montant_titre) as montant from {{ ref('encaissement') }} group by exercice, dispositif) as e
left join (
  select x.exercice, x.dispositif, sum(x.montant) as montant
  from {{ ref('int_recettes') }} as x
  where x.nature = 'recette'
  group by x.exercice, x.dispositif
) as r using (exercice, dispositif)
where e.montant is distinct from r.montant
union all
select exercice, concat_ws('/', budget, bordereau, piece), null, p.reste::text, r.reste::text
from {{ ref('int_restes') }} as r
left join (
  select x.exercice, x.budget, x.bordereau, x.piece, sum(x.reste) as reste
  from {{ ref('int_restes_parts') }} as x
  group by x.exercice, x.budget, x.bordereau, x.piece
) as p using (exercice, budget, bordereau, piece)
where r.reste <> coalesce(p.reste, 0)
