-- One row per exercice × dispositif that meets it: the last row of `dispositifs` that meets E decides (R6d).
select distinct on (e.exercice, d.code)
  e.exercice,
  d.code as dispositif,
  d.libelle,
  d.thematique,
  d.vehicule_juridique,
  d.valorisation,
  d.valorisation = 'valorisé' as est_valorise,
  d.debut,
  d.fin
from {{ ref('int_exercices') }} as e
inner join {{ ref('stg_referentiel__dispositifs') }} as d
  on {{ se_rencontrent('d', 'e') }}
order by e.exercice, d.code, d.debut desc, d.ligne desc
