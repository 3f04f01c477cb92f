-- The bridge shows the receipts of the synthèse and the coverage of its own base, which the unit cost repeats.
with lignes as (
  select
    exercice,
    dispositif,
    p.recettes,
    s.recettes as recettes_synthese,
    p.taux_couverture_d5211 as taux,
    u.taux_couverture_d5211 as taux_unitaire,
    s.recettes::numeric(100, 40) / nullif(p.cout_d5211, 0) as quotient
  from {{ ref('passage_d5211') }} as p
  full join (select d.* from {{ ref('synthese_financiere') }} as d where d.dispositif <> 'TOTAL') as s using (exercice, dispositif)
  left join {{ ref('cout_unitaire') }} as u using (exercice, dispositif)
)

select exercice, dispositif, recettes::text as constate, recettes_synthese::text as attendu
from lignes
where recettes is distinct from recettes_synthese
union all
select exercice, dispositif, coalesce(taux::text, 'vide'), coalesce(round(quotient, 6)::text, 'vide')
from lignes
where taux is distinct from case when abs(quotient) < 10::numeric ^ 12 - 1 then round(quotient, 6) end
union all
select exercice, dispositif, coalesce(taux_unitaire::text, 'vide'), coalesce(taux::text, 'vide')
from lignes
where taux is distinct from taux_unitaire
