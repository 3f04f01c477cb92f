-- R19: the rows of `hypotheses` that each scenario counts: what is decided already, `engage`, then its own (`propre`).
with scenarios as (
  select 'engage' as scenario
  union
  select scenario from {{ ref('stg_referentiel__hypotheses') }}
)

select
  s.scenario, h.scenario = s.scenario as propre, h.fichier_id, h.ligne, h.dispositif, h.mesure, h.categorie, h.valeur, h.duree, h.effet, h.debut, h.fin
from scenarios as s
inner join {{ ref('stg_referentiel__hypotheses') }} as h on h.scenario in ('engage', s.scenario)
