-- R7 of every version that is kept: what an adherent owed when a year was closed.
select
  r.exercice, r.version, r.semestre, r.dispositif, r.siret_adherent as siret, r.mode_recouvrement as mode, r.montant_du, r.montant_titre,
  r.exercice || '|' || r.dispositif as cle_dispositif,
  r.exercice || '|' || r.siret_adherent as cle_adherent
from {{ source('versions', 'recouvrement') }} as r
inner join {{ ref('dim_version') }} as v on r.exercice = v.exercice and r.version = v.version
