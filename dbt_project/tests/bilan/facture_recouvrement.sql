-- R7e, S13.
with r as (
  select r.exercice, r.semestre, r.siret_adherent, sum(r.montant_du) as montant
  from {{ ref('recouvrement') }} as r
  where r.mode_recouvrement = 'titre' group by 1, 2, 3),
f as (
  select f.exercice, f.semestre, f.siret_adherent, f.montant_du as montant
  from {{ ref('facture_semestrielle') }} as f)
select exercice, semestre, siret_adherent as siret, coalesce(r.montant, 0)::text as attendu,
  coalesce(f.montant, 0)::text as constate
from r full outer join f using (exercice, semestre, siret_adherent)
where coalesce(r.montant, 0) <> coalesce(f.montant, 0)
