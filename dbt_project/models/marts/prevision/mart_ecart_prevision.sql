-- Actual against the forecast published one year before, before the actual was known: volume, mix and price sum to the difference to the cent.
-- q: ETP; p: net cost of an ETP; Q: total of the ETP. Price is what volume and mix leave.
with previsions as (
  select exercice, scenario, dispositif, etp, cout_net
  from {{ ref('stg_publication__previsions') }}
),

scenarios as (
  select distinct exercice, scenario from previsions
),

paires as (
  select
    s.exercice,
    s.scenario,
    d.dispositif,
    p.etp as etp_prevu,
    p.cout_net as cout_prevu,
    c.etp as etp_constate,
    c.cout_net as cout_constate
  from scenarios as s
  cross join lateral (
    select p.dispositif from previsions as p where p.exercice = s.exercice and p.scenario = s.scenario
    union
    select c.dispositif from {{ ref('int_couts') }} as c where c.exercice = s.exercice
  ) as d
  left join previsions as p on s.exercice = p.exercice and s.scenario = p.scenario and d.dispositif = p.dispositif
  left join {{ ref('int_couts') }} as c on s.exercice = c.exercice and d.dispositif = c.dispositif
),

volumes as (
  select
    *,
    sum(coalesce(etp_prevu, 0)) over total as total_prevu,
    sum(coalesce(etp_constate, 0)) over total as total_constate
  from paires
  window total as (partition by exercice, scenario)
),

-- an effect that no amount holds, for want of forecast ETP, is left to the price (R10g)
mesures as (
  select
    *,
    {{ quotient('cout_prevu * (total_constate - total_prevu)', 'total_prevu') }} as volume,
    {{ quotient('cout_prevu * etp_constate', 'etp_prevu') }} - {{ quotient('cout_prevu * total_constate', 'total_prevu') }} as mix
  from volumes
),

effets as (
  select
    *,
    coalesce(cout_constate, 0) - coalesce(cout_prevu, 0) as ecart,
    case when {{ tient_dans('volume', 12) }} then {{ arrondi('volume') }} else 0 end as effet_volume,
    -- a dispositif that was not forecast, or is no more, is a change of mix
    case
      when coalesce(etp_prevu, 0) = 0 or cout_constate is null
        then coalesce(cout_constate, 0) - coalesce(cout_prevu, 0) - case when {{ tient_dans('volume', 12) }} then {{ arrondi('volume') }} else 0 end
      when {{ tient_dans('mix', 12) }} then {{ arrondi('mix') }}
      else 0
    end as effet_mix
  from mesures
)

select
  exercice,
  dispositif,
  scenario,
  cout_prevu,
  cout_constate,
  ecart,
  effet_volume,
  effet_mix,
  ecart - effet_volume - effet_mix as effet_prix
from effets
