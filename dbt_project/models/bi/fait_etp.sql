-- A catégorie that the payroll pools with none stands alone (R2c).
select
  e.exercice,
  e.dispositif,
  coalesce(m.groupe, e.categorie) as groupe,
  sum(e.etp) as etp,
  e.exercice || '|' || e.dispositif as cle_dispositif
from {{ ref('etp_categorie') }} as e
left join {{ ref('cout_moyen') }} as m on e.exercice = m.exercice and e.categorie = m.categorie
group by e.exercice, e.dispositif, coalesce(m.groupe, e.categorie)
