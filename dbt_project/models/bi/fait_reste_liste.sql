-- R13: what each list of the accountant said, by its day: of several versions that read one list, the last.
select distinct on (r.exercice, r.au, r.dispositif, r.siret_adherent)
  r.exercice, r.au, r.dispositif, r.siret_adherent as siret, r.montant_titre, r.encaisse, r.reste_a_recouvrer
from {{ source('versions', 'encaissement') }} as r
inner join {{ ref('dim_version') }} as v on r.exercice = v.exercice and r.version = v.version
order by r.exercice, r.au, r.dispositif, r.siret_adherent, r.version desc
