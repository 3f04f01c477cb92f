-- Exact costs of each closed exercice, in its last closed version. Empty before the first publication.
select
  c.exercice, c.dispositif, c.etp, c.cout_personnel, c.cout_fonctionnement, c.amortissements, c.subventions,
  c.reprises, c.cout_net, c.cout_d5211
from {{ source('versions', 'couts_figes') }} as c
inner join {{ ref('stg_journal__exercices_clos') }} as e on c.exercice = e.exercice and c.version = e.version
where e.couts_figes
