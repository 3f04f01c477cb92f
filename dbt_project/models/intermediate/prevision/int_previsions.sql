-- R19: `constate` is E itself, `engage` what is decided already, then the scenarios of `hypotheses`; one row per base, year, scenario and
-- dispositif.
with dus as (
  select exercice_base, exercice, scenario, dispositif, sum(montant_du) as montant_du, sum(dont_ac) as dont_ac,
    sum(dont_a_renouveler) as dont_a_renouveler
  from {{ ref('int_prevision_dus') }}
  group by exercice_base, exercice, scenario, dispositif
),

constates as (
  select
    exercice, dispositif,
    sum(montant_du) as montant_du,
    sum(montant_du) filter (where {{ mode_qui('mode_recouvrement', 'ac') }}) as dont_ac
  from {{ ref('int_recouvrement') }}
  group by exercice, dispositif
),

lignes as (
  select
    exercice as exercice_base, exercice, 'constate' as scenario, dispositif, etp, cout_personnel, cout_fonctionnement, amortissements,
    subventions, reprises, cout_net, d.montant_du, d.dont_ac, 0 as dont_a_renouveler, 0 as etp_communes, 0 as depenses_communes
  from {{ ref('int_couts') }}
  left join constates as d using (exercice, dispositif)
  union all
  select
    exercice_base, exercice, scenario, dispositif, etp, cout_personnel, cout_fonctionnement, amortissements,
    subventions, reprises, cout_net, d.montant_du, d.dont_ac, d.dont_a_renouveler, etp_communes, depenses_communes
  from {{ ref('int_prevision_couts') }}
  left join dus as d using (exercice_base, exercice, scenario, dispositif)
)

select
  exercice_base, exercice, scenario, dispositif,
  {{ arrondi('etp', 6) }} as etp,
  cout_personnel, cout_fonctionnement, amortissements, subventions, reprises, cout_net,
  coalesce(montant_du, 0) as montant_du,
  coalesce(dont_ac, 0) as dont_ac,
  coalesce(dont_a_renouveler, 0) as dont_a_renouveler,
  cout_net - coalesce(montant_du, 0) as reste_a_charge,
  {{ arrondi('etp_communes', 6) }} as etp_communes,
  depenses_communes
from lignes
