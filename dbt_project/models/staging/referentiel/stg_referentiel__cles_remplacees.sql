-- Codes that a delivery of cles_analytiques no longer current gave to a dispositif or to the structure, whatever their dates.
select distinct b.origine, b.code
from {{ source('referentiel', 'cles_analytiques') }} as b
inner join {{ source('journal', 'fichiers') }} as f using (fichier_id)
where
  f.statut = 'accepte'
  and b.fichier_id not in (select c.fichier_id from {{ ref('stg_journal__fichiers') }} as c)
  and b.dispositif <> 'HORS'
  and b.code is not null
