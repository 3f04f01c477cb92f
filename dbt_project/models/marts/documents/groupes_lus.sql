-- R2h: every group of average cost that this build and the versions before it read, of the exercices asked or not: their
-- costs show in `variation` (R12a) and in unit costs (R7f). The last version holds those of the versions purged since.
select {{ version_courante() }} as version, e.exercice, g.exercice as exercice_lu, g.groupe
from {{ ref('mart_exercices_publies') }} as e
cross join (
  select exercice, groupe from {{ ref('int_couts_categories') }}
  where groupe is not null
  union
  select exercice, groupe from {{ ref('stg_publication__groupes') }}
) as g
