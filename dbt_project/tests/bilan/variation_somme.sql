-- R12. The exercice before, asked or not, is its closed version where there is one (R12a).
with v as (
  select v.exercice, v.dispositif, sum(v.montant) as montant
  from {{ ref('variation') }} as v
  group by 1, 2),
s as (
  select s.exercice, s.dispositif, s.cout_net from {{ ref('mart_synthese_financiere') }} as s where s.dispositif <> 'TOTAL'),
d as (
  select exercice, dispositif, coalesce(s.cout_net, 0) - coalesce(p.cout_net, 0) as montant
  from s full outer join (
    select p.exercice + 1 as exercice, p.dispositif, p.cout_net from {{ ref('int_couts_precedents') }} as p) as p using (exercice, dispositif)
  where exercice in (select v.exercice from v))
select exercice, dispositif, coalesce(d.montant::text, 'aucune ligne') as attendu,
  coalesce(v.montant::text, 'aucune ligne') as constate
from d full outer join v using (exercice, dispositif)
where d.montant is distinct from v.montant
