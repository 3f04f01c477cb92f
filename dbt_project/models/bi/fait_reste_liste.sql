-- R13: what each list of the accountant said, by its day: the last of the versions that read a list speaks for all of it.
with dernieres as (
  select r.exercice, r.au, max(r.version) as version
  from {{ source('versions', 'encaissement') }} as r
  inner join {{ ref('dim_version') }} as v on r.exercice = v.exercice and r.version = v.version
  group by r.exercice, r.au
)

select r.exercice, r.au, r.dispositif, r.siret_adherent as siret, r.montant_titre, r.encaisse, r.reste_a_recouvrer,
  r.exercice || '|' || r.dispositif as cle_dispositif,
  r.exercice || '|' || r.siret_adherent as cle_adherent
from {{ source('versions', 'encaissement') }} as r
inner join dernieres using (exercice, au, version)
