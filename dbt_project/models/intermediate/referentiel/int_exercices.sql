-- One row per exercice computed: the asked ones, and those R7 looks back to (carry-over, unit cost of B).
-- Parameters are read on 1 January (R1h); no default is hidden elsewhere.
with annees as (
  select exercice, true as demande from {{ ref('stg_journal__construction') }}
  union all
  select distinct exercice, false from {{ ref('stg_journal__fichiers') }} where jeu = 'masse_salariale'
),

exercices as (
  select
    exercice,
    bool_or(demande) as demande,
    make_date(exercice, 1, 1) as debut,
    make_date(exercice, 12, 31) as fin,
    make_date(exercice, 12, 31) - make_date(exercice, 1, 1) + 1 as jours
  from annees
  group by exercice
)

select
  e.*,
  not e.demande and e.exercice in (select p.exercice from {{ ref('stg_journal__publications') }} as p) as lu_publie,
  {{ parametre('methode_etp', 'e.debut') }} as methode_etp,
  {{ parametre_numerique('heures_reference', 'e.debut') }} as heures_reference,
  {{ parametre('base_jours', 'e.debut') }} as base_jours,
  {{ parametre_numerique('seuil_effectif', 'e.debut') }} as seuil_effectif,
  {{ parametre('structure_personnel', 'e.debut') }} = 'oui' as structure_personnel,
  {{ parametre('grand_livre_complet', 'e.debut') }} = 'oui' as grand_livre_complet,
  {{ parametre('dispositif_cam', 'e.fin') }} as dispositif_cam
from exercices as e
