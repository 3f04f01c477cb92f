-- R2j: mean costs of each exercice as it is published, exact where its version keeps them so. Empty before the first publication.
select
  m.exercice, m.categorie, m.etpt, m.groupe, m.etpt_groupe,
  coalesce(g.cout_moyen, m.cout_moyen) as cout_moyen,
  coalesce(g.cout_structure, m.cout_structure) as cout_structure
from {{ source('versions', 'cout_moyen') }} as m
left join {{ source('versions', 'groupes_lus') }} as g
  on m.version = g.version and m.exercice = g.exercice and m.exercice = g.exercice_lu and m.groupe = g.groupe
where (m.exercice, m.version) in (select p.exercice, p.version from {{ ref('stg_journal__publications') }} as p)
