-- R19c: the rows of tarifs that serve a member in a semestre forecast: those in force on its first day, free of charge apart.
select
  a.*, t.ligne, t.regle, t.base, t.mode_recouvrement, t.montant,
  {{ montant_annuel('t', 'a.population') }} as annuel
from {{ ref('int_prevision_adhesions') }} as a
inner join {{ ref('stg_referentiel__tarifs') }} as t on a.dispositif = t.dispositif and {{ en_vigueur('t', 'a.debut') }}
where {{ mode_qui('t.mode_recouvrement', 'du') }} and not {{ hors_tranche('t', 'a.population') }}
