-- Analytic keys in force by period, one at most per (origine, code, day): of two that overlap (blocking
-- control cles_chevauchantes) the later row stands, so that no amount is ever counted twice.
select k.origine, k.code, k.dispositif, k.part_communes, k.debut, {{ fin_de('k') }} as fin
from {{ ref('stg_referentiel__cles_analytiques') }} as k
where not exists (
  select 1 from {{ ref('stg_referentiel__cles_analytiques') }} as autre
  where
    autre.origine = k.origine and autre.code = k.code
    and {{ se_rencontrent('autre', 'k') }}
    and (autre.debut, autre.ligne) > (k.debut, k.ligne)
)
