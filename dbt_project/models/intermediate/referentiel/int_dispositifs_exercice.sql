-- One row per exercice × dispositif that meets it: the last row of `dispositifs` that meets E decides (R6d).
select
  e.exercice,
  c.code as dispositif,
  d.libelle, d.thematique, d.vehicule_juridique, d.cadre_legal, d.valorisation,
  d.valorisation = 'valorisé' as est_valorise,
  -- R10e
  coalesce(d.nature_unites, 'flux') as nature_unites,
  d.population_min,
  d.population_max,
  d.debut,
  d.fin
from {{ ref('int_exercices') }} as e
cross join (select distinct code from {{ ref('stg_referentiel__dispositifs') }}) as c
inner join lateral {{ dispositif_de(
  'c.code', 'e.exercice', ['libelle', 'thematique', 'vehicule_juridique', 'cadre_legal', 'valorisation', 'nature_unites',
    'population_min', 'population_max', 'debut', 'fin']
) }} as d on true
