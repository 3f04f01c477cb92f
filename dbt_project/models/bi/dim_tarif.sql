-- Tariff rows that meet the exercice (R7), as they were voted.
select
  {{ version_courante() }} as version,
  e.exercice, t.ligne as tarif, t.dispositif, t.regle, t.base,
  t.mode_recouvrement as mode,
  t.tranche_min::numeric(18, 6) as tranche_min,
  t.tranche_max::numeric(18, 6) as tranche_max,
  t.montant::numeric(18, 6) as montant,
  t.debut, t.fin, t.reference,
  e.exercice || '|' || t.dispositif as cle_dispositif
from {{ ref('int_exercices') }} as e
inner join {{ ref('stg_referentiel__tarifs') }} as t on {{ se_rencontrent('t', 'e') }}
where e.exercice in {{ exercices_demandes() }}
