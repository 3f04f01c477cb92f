-- R19: the hypotheses of scenarios that meet the exercice or a year forecast from it, as they were given.
select
  {{ version_courante() }} as version,
  a.exercice, h.scenario, h.ligne, h.dispositif, h.mesure, h.categorie,
  h.valeur::numeric(30, 6) as valeur,
  h.effet,
  h.duree::numeric(30, 6) as duree,
  h.debut, h.fin, h.reference
from (
  select distinct exercice_base as exercice, debut_base as debut, make_date(horizon, 12, 31) as fin
  from {{ ref('int_prevision_annees') }}
) as a
inner join {{ ref('stg_referentiel__hypotheses') }} as h on {{ se_rencontrent('h', 'a') }}
where a.exercice in {{ exercices_demandes() }}
