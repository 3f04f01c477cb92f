select
  p.exercice,
  p.version,
  v.publiee_le,
  v.statut,
  c.publication_sha256
from {{ source('journal', 'publications') }} as p
inner join {{ ref('dim_version') }} as v on p.exercice = v.exercice and p.version = v.version
inner join {{ source('journal', 'constructions') }} as c on p.version = c.version
