-- Names of the dispositifs that meet the exercice, as R6d chooses them.
select
  {{ version_courante() }} as version,
  exercice,
  dispositif as code,
  libelle, thematique, vehicule_juridique, valorisation, population_min, population_max, fin, cadre_legal
from {{ ref('int_dispositifs_exercice') }}
where exercice in {{ exercices_demandes() }}
