-- Every version whose rows are kept: those of the storage, which only the owner reads whole.
select
  s.exercice,
  s.version,
  s.dispositif,
  s.cout_net,
  s.recettes,
  s.etp,
  s.exercice || '|' || s.dispositif as cle_dispositif
from {{ source('versions', 'synthese_financiere') }} as s
inner join {{ ref('dim_version') }} as v on s.exercice = v.exercice and s.version = v.version
where not s.est_total
