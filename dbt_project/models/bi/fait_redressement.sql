-- K6: why a version differs from the closed one before it, for each version that is kept.
select r.exercice, r.version, r.version_close, r.dispositif, r.mesure, c.cause, c.ecart, r.siret_adherent as siret,
  r.exercice || '|' || r.dispositif as cle_dispositif, r.exercice || '|' || r.siret_adherent as cle_adherent
from {{ source('versions', 'redressement') }} as r
inner join {{ ref('dim_version') }} as v on r.exercice = v.exercice and r.version = v.version
cross join lateral (
  values ('donnees_tardives', r.donnees_tardives), ('cles', r.cles), ('parametres', r.parametres), ('corrections', r.corrections)
) as c (cause, ecart)
where r.dispositif <> 'TOTAL' and c.ecart <> 0
