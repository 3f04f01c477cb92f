-- Totals of what is decided already, with the range that its back-test earned at the same step of years (S5): the actual that each past
-- error would make of the forecast, prévu / (1 + erreur). No range from fewer than two tests.
with totaux as (
  select
    exercice_base,
    exercice,
    exercice - exercice_base as pas,
    count(*) as dispositifs,
    sum(cout_net) as cout_net,
    sum(montant_du) as montant_du
  from {{ ref('int_previsions') }}
  where scenario = 'engage'
  group by exercice_base, exercice
),

erreurs as (
  select
    exercice,
    exercice - exercice_base as pas,
    {{ quotient('sum(cout_prevu) - sum(cout_constate)', 'sum(cout_constate)') }} as erreur
  from {{ ref('int_previsions_essais') }}
  group by exercice, exercice_base
),

mesures as (
  select
    t.*,
    e.essais,
    e.erreur_min,
    e.erreur_max,
    {{ quotient('t.cout_net', '1 + e.erreur_max') }} as bas,
    {{ quotient('t.cout_net', '1 + e.erreur_min') }} as haut,
    -- a method that was wrong by the whole cost gives none
    e.essais >= 2 and e.erreur_min > -1 as gagnee
  from totaux as t
  cross join lateral (
    select
      count(x.erreur) as essais,
      min(x.erreur) as erreur_min,
      max(x.erreur) as erreur_max
    from erreurs as x
    where x.exercice <= t.exercice_base and x.pas = t.pas
  ) as e
)

select
  {{ version_courante() }} as version,
  exercice_base,
  exercice,
  'engage' as scenario,
  dispositifs::int as dispositifs,
  cout_net::numeric(15, 2) as cout_net,
  -- the forecast itself is within its range
  case when gagnee and {{ tient_dans('haut', 13) }} then {{ arrondi('least(cout_net, bas, haut)') }} end::numeric(15, 2) as cout_net_bas,
  case when gagnee and {{ tient_dans('haut', 13) }} then {{ arrondi('greatest(cout_net, bas, haut)') }} end::numeric(15, 2) as cout_net_haut,
  montant_du::numeric(15, 2) as montant_du,
  essais::int as essais,
  case when {{ tient_dans('erreur_min', 12) }} then {{ arrondi('erreur_min', 6) }} end::numeric(18, 6) as erreur_min,
  case when {{ tient_dans('erreur_max', 12) }} then {{ arrondi('erreur_max', 6) }} end::numeric(18, 6) as erreur_max
from mesures
where {{ tient_dans('cout_net', 13) }} and {{ tient_dans('montant_du', 13) }} and exercice_base in {{ exercices_demandes() }}
