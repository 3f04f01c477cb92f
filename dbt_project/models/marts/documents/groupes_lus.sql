-- R2j, R2i: every group of average cost of this build, of the exercices asked or not, at its exact cost; and whether it has fewer
-- than two agents.
select distinct
  {{ version_courante() }} as version, e.exercice, g.exercice as exercice_lu, g.groupe, g.isole, g.cout_moyen, g.cout_structure
from {{ ref('mart_exercices_publies') }} as e
cross join {{ ref('int_groupes_lus') }} as g
