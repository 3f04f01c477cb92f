-- R11: what was shared out is what there was.
with a as (
  select a.exercice, a.dispositif, sum(a.cout_usage) as montant
  from {{ ref('cout_adherent') }} as a
  group by 1, 2),
s as (
  select s.exercice, s.dispositif, s.cout_net from {{ ref('synthese_financiere') }} as s where s.dispositif <> 'TOTAL')
select exercice, dispositif, coalesce(s.cout_net::text, 'aucune ligne') as attendu,
  coalesce(a.montant::text, 'aucune ligne') as constate
from s full outer join a using (exercice, dispositif)
where s.cout_net is distinct from a.montant
