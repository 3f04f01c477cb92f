-- R10, R10a.
with u as (
  select u.exercice, u.dispositif, u.cout_d5211 from {{ ref('cout_unitaire') }} as u),
d as (
  select d.exercice, d.dispositif, d.cout_d5211 from {{ ref('passage_d5211') }} as d where d.dispositif <> 'TOTAL')
select exercice, dispositif, coalesce(d.cout_d5211::text, 'aucune ligne') as attendu,
  coalesce(u.cout_d5211::text, 'aucune ligne') as constate
from d full outer join u using (exercice, dispositif)
where d.cout_d5211 is distinct from u.cout_d5211
