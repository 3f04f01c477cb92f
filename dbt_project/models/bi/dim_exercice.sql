select
  p.exercice,
  p.version,
  v.publiee_le,
  v.statut,
  c.publication_sha256,
  (
    select k.valeur::integer from {{ ref('indicateurs_cles') }} as k
    where k.exercice = p.exercice and k.indicateur = 'agents_investis'
  ) as agents
from {{ source('journal', 'publications') }} as p
inner join {{ ref('dim_version') }} as v on p.exercice = v.exercice and p.version = v.version
inner join {{ source('journal', 'constructions') }} as c on p.version = c.version
