-- R11: what was shared out is what there was; what an adherent owes is said once, in the recovery.
with a as (
  select exercice, dispositif, sum(cout_usage) as cout_usage, sum(montant_du) as montant_du
  from {{ ref('cout_adherent') }}
  group by exercice, dispositif
),

s as (
  select exercice, dispositif, cout_net from {{ ref('synthese_financiere') }} where dispositif <> 'TOTAL'
),

r as (
  select exercice, dispositif, sum(montant_du) as montant_du
  from {{ ref('recouvrement') }}
  where (exercice, dispositif) in (select s.exercice, s.dispositif from s)
  group by exercice, dispositif
)

select exercice, dispositif, i.somme, coalesce(i.attendu::text, 'aucune ligne') as attendu, coalesce(i.constate::text, 'aucune ligne') as constate
from s
full join a using (exercice, dispositif)
full join r using (exercice, dispositif)
cross join lateral (
  values
  ('cout_usage', s.cout_net, a.cout_usage),
  ('montant_du', coalesce(r.montant_du, 0), coalesce(a.montant_du, 0))
) as i (somme, attendu, constate)
where i.attendu is distinct from i.constate
