-- R2i: catégories that are paid or have agents and that no group holds: no published total may hold their pay.
select exercice, categorie
from {{ ref('int_couts_categories') }}
where groupe is null
union
select s.exercice, s.categorie
from {{ ref('int_segments') }} as s
where
  s.etpt > 0
  and not exists (
    select from {{ ref('int_couts_categories') }} as c where c.exercice = s.exercice and c.categorie = s.categorie
  )
