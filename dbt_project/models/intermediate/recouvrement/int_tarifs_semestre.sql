-- Tariff rows in force on the first day of each semestre; the mode of a dispositif is theirs (R7, R7b).
select
  s.exercice, s.semestre, t.dispositif, t.fichier_id,
  t.ligne as ligne_tarif,
  t.regle, t.tranche_min, t.tranche_max, t.montant, t.base, t.mode_recouvrement
from {{ ref('int_semestres') }} as s
inner join {{ ref('stg_referentiel__tarifs') }} as t
  on {{ en_vigueur('t', 's.debut') }}
