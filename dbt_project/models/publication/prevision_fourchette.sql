-- Totals of each scenario that is shown, with the range that its back-test earned at the same horizon: the actual that
-- each past error would make of the forecast, prévu / (1 + erreur). Without a test at that horizon there is no range.
with totaux as (
  select
    exercice_base,
    exercice,
    scenario,
    count(*) as dispositifs,
    sum(cout_net) as cout_net,
    sum(recettes) as recettes
  from {{ ref('mart_prevision') }}
  group by exercice_base, exercice, scenario
),

erreurs as (
  select
    exercice,
    exercice_base,
    scenario,
    {{ quotient('sum(cout_prevu) - sum(cout_constate)', 'sum(cout_constate)') }} as erreur
  from {{ ref('int_previsions_essais') }}
  group by exercice, exercice_base, scenario
),

mesures as (
  select
    t.*,
    e.essais,
    e.erreur_min,
    e.erreur_max,
    {{ quotient('t.cout_net', '1 + e.erreur_max') }} as bas,
    {{ quotient('t.cout_net', '1 + e.erreur_min') }} as haut
  from totaux as t
  cross join lateral (
    select
      count(x.erreur) as essais,
      min(x.erreur) as erreur_min,
      max(x.erreur) as erreur_max
    from erreurs as x
    where
      x.scenario = t.scenario and x.exercice <= t.exercice_base
      and x.exercice - x.exercice_base = t.exercice - t.exercice_base
  ) as e
)

select
  {{ version_courante() }} as version,
  exercice_base,
  exercice,
  scenario,
  dispositifs::int as dispositifs,
  cout_net::numeric(15, 2) as cout_net,
  -- the forecast itself is within its range; a method that was wrong by the whole cost gives none
  case when erreur_min > -1 and {{ tient_dans('haut', 13) }} then {{ arrondi('least(cout_net, bas, haut)') }} end::numeric(15, 2) as cout_net_bas,
  case when erreur_min > -1 and {{ tient_dans('haut', 13) }} then {{ arrondi('greatest(cout_net, bas, haut)') }} end::numeric(15, 2) as cout_net_haut,
  recettes::numeric(15, 2) as recettes,
  essais::int as essais,
  case when {{ tient_dans('erreur_min', 12) }} then {{ arrondi('erreur_min', 6) }} end::numeric(18, 6) as erreur_min,
  case when {{ tient_dans('erreur_max', 12) }} then {{ arrondi('erreur_max', 6) }} end::numeric(18, 6) as erreur_max
from mesures
where
  {{ tient_dans('cout_net', 13) }} and (recettes is null or {{ tient_dans('recettes', 13) }})
  and exercice_base in {{ exercices_demandes() }}
