-- The relative error on a cost next to nothing, which no rate holds, is not stated (R10g).
with essais as (
  select
    *,
    {{ quotient('cout_prevu - cout_constate', 'cout_constate') }} as relative
  from {{ ref('int_previsions_essais') }}
)

select
  {{ version_courante() }} as version,
  exercice,
  exercice_base,
  dispositif,
  'engage' as scenario,
  cout_prevu::numeric(15, 2) as cout_prevu,
  cout_constate::numeric(15, 2) as cout_constate,
  (cout_prevu - cout_constate)::numeric(15, 2) as erreur,
  case when {{ tient_dans('relative', 12) }} then {{ arrondi('relative', 6) }} end::numeric(18, 6) as erreur_relative,
  etp_prevu::numeric(12, 6) as etp_prevu,
  etp_constate::numeric(12, 6) as etp_constate,
  du_prevu::numeric(15, 2) as du_prevu,
  du_constate::numeric(15, 2) as du_constate
from essais
where exercice in {{ exercices_demandes() }}
