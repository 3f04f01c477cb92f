-- Each euro left out of the legal base has its account: the lines sum to dont_structure.
select p.exercice, p.dispositif, p.dont_structure, coalesce(sum(d.montant), 0) as detail
from {{ ref('passage_d5211') }} as p
left join {{ ref('passage_d5211_detail') }} as d on p.exercice = d.exercice and p.dispositif = d.dispositif
group by p.exercice, p.dispositif, p.dont_structure
having p.dont_structure <> coalesce(sum(d.montant), 0)
