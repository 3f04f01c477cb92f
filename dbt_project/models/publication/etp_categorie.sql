-- R1, R2, S14: the ETP of each valorisé dispositif by catégorie, and what they cost.
select
  {{ version_courante() }} as version,
  p.exercice,
  p.dispositif,
  p.categorie,
  {{ arrondi('p.etp', 6) }}::numeric(12, 6) as etp,
  p.cout_personnel::numeric(15, 2) as cout_personnel,
  p.cout_personnel_d5211::numeric(15, 2) as cout_personnel_d5211
from {{ ref('int_couts_personnel') }} as p
where
  p.etp <> 0
  and (p.exercice, p.dispositif) in (select c.exercice, c.dispositif from {{ ref('int_couts') }} as c)
  and p.exercice in {{ exercices_demandes() }}
