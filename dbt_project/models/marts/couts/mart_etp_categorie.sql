-- R1, R2, S14: the ETP of each valorisé dispositif by catégorie, and what they cost.
select
  p.exercice,
  p.dispositif,
  p.categorie,
  {{ arrondi('p.etp', 6) }} as etp,
  p.cout_personnel,
  p.cout_personnel_d5211
from {{ ref('int_couts_personnel') }} as p
where
  p.etp <> 0
  and (p.exercice, p.dispositif) in (select c.exercice, c.dispositif from {{ ref('int_couts') }} as c)
