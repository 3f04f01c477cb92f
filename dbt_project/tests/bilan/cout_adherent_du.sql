-- R11: what an adherent owes is said once, in the recovery.
with a as (
  select a.exercice, a.dispositif, sum(a.montant_du) as montant
  from {{ ref('cout_adherent') }} as a
  group by 1, 2),
r as (
  select r.exercice, r.dispositif, sum(r.montant_du) as montant
  from {{ ref('recouvrement') }} as r
  where (r.exercice, r.dispositif) in (select s.exercice, s.dispositif from {{ ref('synthese_financiere') }} as s)
  group by 1, 2)
select exercice, dispositif, coalesce(r.montant, 0)::text as attendu, coalesce(a.montant, 0)::text as constate
from r full outer join a using (exercice, dispositif)
where coalesce(r.montant, 0) <> coalesce(a.montant, 0)
