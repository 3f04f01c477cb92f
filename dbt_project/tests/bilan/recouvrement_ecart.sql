-- R7, R7b.
select r.exercice, r.semestre, r.dispositif, r.siret_adherent as siret, r.ecart::text as constate,
  (case when r.mode_recouvrement in ('imputation_AC', 'retenue') then 0 else r.montant_du end
    - r.montant_titre)::text as attendu
from {{ ref('recouvrement') }} as r
where r.ecart is distinct from
  case when r.mode_recouvrement in ('imputation_AC', 'retenue') then 0 else r.montant_du end - r.montant_titre
