-- One row per exercice computed: the asked ones, and those R7 looks back to (carry-over, unit cost of B).
-- Parameters are read on 1 January (R1h); no default is hidden elsewhere.
with annees as (
  select unnest(exercices) as exercice, true as demande from {{ source('journal', 'construction_courante') }}
  union all
  select distinct exercice, false from {{ source('journal', 'fichiers_courants') }} where jeu = 'masse_salariale'
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
  coalesce({{ parametre('methode_etp', 'e.debut') }}, 'R') as methode_etp,
  coalesce({{ parametre_numerique('heures_reference', 'e.debut') }}, 1607) as heures_reference,
  coalesce({{ parametre('base_jours', 'e.debut') }}, 'reel') as base_jours,
  coalesce({{ parametre('structure_personnel', 'e.debut') }}, 'non') = 'oui' as structure_personnel,
  coalesce({{ parametre('grand_livre_complet', 'e.debut') }}, 'non') = 'oui' as grand_livre_complet,
  coalesce({{ parametre('dispositif_cam', 'e.fin') }}, 'CAM') as dispositif_cam
from exercices as e
