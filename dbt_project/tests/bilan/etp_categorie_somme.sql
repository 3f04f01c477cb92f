-- S14. The ETP of each catégorie is rounded to 6 decimals: their sum is that of the synthèse to half a unit a row.
with c as (
  select c.exercice, c.dispositif, sum(c.etp) as etp, sum(c.cout_personnel) as cout, count(*) as lignes,
    sum(c.cout_personnel_d5211) as cout_d5211
  from {{ ref('etp_categorie') }} as c
  group by 1, 2),
s as (
  select s.exercice, s.dispositif, s.etp, s.cout_personnel, s.cout_personnel - p.dont_structure as cout_d5211
  from {{ ref('synthese_financiere') }} as s
  inner join {{ ref('passage_d5211') }} as p on s.exercice = p.exercice and s.dispositif = p.dispositif)
select exercice, dispositif, concat_ws(' / ', s.etp, s.cout_personnel, s.cout_d5211) as attendu,
  concat_ws(' / ', c.etp, c.cout, c.cout_d5211) as constate
from s full outer join c using (exercice, dispositif)
where
  coalesce(s.cout_personnel, 0) <> coalesce(c.cout, 0)
  or coalesce(s.cout_d5211, 0) <> coalesce(c.cout_d5211, 0)
  or abs(coalesce(s.etp, 0) - coalesce(c.etp, 0)) > 0.0000005 * (coalesce(c.lignes, 0) + 1)
