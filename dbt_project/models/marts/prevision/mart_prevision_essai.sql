-- The relative error on a cost next to nothing, which no rate holds, is not stated (R10g).
with essais as (
  select
    *,
    {{ quotient('cout_prevu - cout_constate', 'cout_constate') }} as relative
  from {{ ref('int_previsions_essais') }}
)

select
  exercice,
  exercice_base,
  dispositif,
  scenario,
  cout_prevu,
  cout_constate,
  cout_prevu - cout_constate as erreur,
  case when {{ tient_dans('relative', 12) }} then {{ arrondi('relative', 6) }} end as erreur_relative,
  etp_prevu,
  {{ arrondi('etp_constate', 6) }} as etp_constate,
  recettes_prevues,
  recettes_constatees
from essais
