-- Closed exercices, and the version in which the others read them (R7f, R12a). `couts_figes`: that version keeps its
-- exact costs; one that a former contract published does not, and is computed again.
select
  v.exercice,
  v.version,
  coalesce(jsonb_exists(c.contexte -> 'relations', 'couts_figes'), false) as couts_figes
from {{ source('journal', 'versions_closes') }} as v
inner join {{ source('journal', 'constructions') }} as c on v.version = c.version
