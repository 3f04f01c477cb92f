-- Back-test: what the same method would have said of an exercice that is known, from each earlier one. The relative
-- error on a cost next to nothing, which no rate holds, is not stated (R10g).
with essais as (
  select
    p.exercice,
    p.exercice_base,
    p.dispositif,
    p.scenario,
    p.cout_net as cout_prevu,
    c.cout_net as cout_constate,
    p.cout_net - c.cout_net as erreur,
    {{ quotient('p.cout_net - c.cout_net', 'c.cout_net') }} as erreur_relative,
    p.etp as etp_prevu,
    {{ arrondi('c.etp', 6) }} as etp_constate,
    p.recettes as recettes_prevues,
    r.recettes as recettes_constatees
  from {{ ref('mart_prevision') }} as p
  inner join {{ ref('int_couts') }} as c using (exercice, dispositif)
  left join {{ ref('int_recettes_dispositif') }} as r using (exercice, dispositif)
)

select
  exercice,
  exercice_base,
  dispositif,
  scenario,
  cout_prevu,
  cout_constate,
  erreur,
  case when {{ tient_dans('erreur_relative', 12) }} then {{ arrondi('erreur_relative', 6) }} end as erreur_relative,
  etp_prevu,
  etp_constate,
  recettes_prevues,
  recettes_constatees
from essais
