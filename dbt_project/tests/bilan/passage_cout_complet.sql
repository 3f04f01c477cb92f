-- R2, S13.
with s as (
  select s.exercice, s.dispositif, s.cout_net from {{ ref('synthese_financiere') }} as s where s.dispositif <> 'TOTAL'),
d as (
  select d.exercice, d.dispositif, d.cout_complet from {{ ref('passage_d5211') }} as d where d.dispositif <> 'TOTAL')
select exercice, dispositif, coalesce(s.cout_net::text, 'aucune ligne') as attendu,
  coalesce(d.cout_complet::text, 'aucune ligne') as constate
from s full outer join d using (exercice, dispositif)
where s.cout_net is distinct from d.cout_complet
