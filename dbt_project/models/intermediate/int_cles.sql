-- Analytic keys in force by period, one at most per (origine, code, day): of two that overlap (blocking
-- control cles_chevauchantes) the later row stands, so that no amount is ever counted twice.
with cles as (
  select * from {{ ref('stg_referentiel__cles_analytiques') }} where rejet_statut is null
)

select
  k.origine,
  k.code,
  k.dispositif,
  k.part_communes,
  k.debut,
  coalesce(k.fin, 'infinity') as fin,
  k.reference
from cles as k
where not exists (
  select 1 from cles as autre
  where
    autre.origine = k.origine and autre.code = k.code
    and autre.debut <= coalesce(k.fin, 'infinity') and coalesce(autre.fin, 'infinity') >= k.debut
    and (autre.debut, autre.ligne) > (k.debut, k.ligne)
)
