-- R2h: every group of average cost that this build and the versions before it read, of the exercices asked or not: their
-- costs show in `variation` (R12a) and in unit costs (R7f). The last version holds those of the versions purged since.
-- R2i: whether a group of this build has fewer than two agents.
select
  {{ version_courante() }} as version, e.exercice, g.exercice as exercice_lu, g.groupe, bool_or(g.isole) as isole
from {{ ref('mart_exercices_publies') }} as e
cross join (
  select c.exercice, c.groupe, count(distinct s.matricule) < 2 as isole
  from {{ ref('int_couts_categories') }} as c
  left join {{ ref('int_segments') }} as s on c.exercice = s.exercice and c.categorie = s.categorie and s.etpt > 0
  where c.groupe is not null
  group by c.exercice, c.groupe
  union all
  select exercice, groupe, null from {{ ref('stg_publication__groupes') }}
) as g
group by e.exercice, g.exercice, g.groupe
