-- Actual against the forecast published one year before, by the effects of R12 (decision 0008): the ETP beyond the forecast at the cost of
-- an ETP of the year before; each other component against the forecast, that year where a former version published none; the rate is
-- what is left. They sum to the difference to the cent.
with previsions as (
  select p.*, n.etp as etp_n, n.cout_personnel as cout_personnel_n,
    coalesce(p.cout_fonctionnement, n.cout_fonctionnement) as fonctionnement_prevu,
    coalesce(p.amortissements, n.amortissements) as amortissements_prevus,
    coalesce(p.subventions, n.subventions) as subventions_prevues,
    coalesce(p.reprises, n.reprises) as reprises_prevues
  from {{ ref('stg_publication__previsions') }} as p
  left join {{ ref('int_couts') }} as n on p.exercice = n.exercice + 1 and p.dispositif = n.dispositif
),

scenarios as (
  select distinct exercice, scenario from previsions
),

paires as (
  select
    s.exercice,
    s.scenario,
    d.dispositif,
    p.cout_net as cout_prevu,
    c.cout_net as cout_constate,
    p.cout_net is not null and c.cout_net is not null as des_deux,
    coalesce(c.cout_net, 0) - coalesce(p.cout_net, 0) as ecart,
    -- a forecast is published with 6 decimals: one that keeps the ETP of the year before keeps them exact, as R12
    {{ quotient('(c.etp - case when p.etp = ' ~ arrondi('p.etp_n', 6) ~ ' then p.etp_n else p.etp end) * p.cout_personnel_n', 'p.etp_n') }}
      as etp,
    c.cout_fonctionnement - p.fonctionnement_prevu as fonctionnement,
    c.amortissements - p.amortissements_prevus as amortissements,
    p.subventions_prevues - c.subventions as subventions,
    p.reprises_prevues - c.reprises as reprises
  from scenarios as s
  cross join lateral (
    select p.dispositif from previsions as p where p.exercice = s.exercice and p.scenario = s.scenario
    union
    select c.dispositif from {{ ref('int_couts') }} as c where c.exercice = s.exercice
  ) as d
  left join previsions as p on s.exercice = p.exercice and s.scenario = p.scenario and d.dispositif = p.dispositif
  left join {{ ref('int_couts') }} as c on s.exercice = c.exercice and d.dispositif = c.dispositif
),

-- an effect that no amount holds, or that no year before measures, is left to the rate (R10g)
effets as (
  select
    *,
    case when {{ tient_dans('etp', 12) }} then {{ arrondi('etp') }} else 0 end as effet_etp,
    case when des_deux then coalesce(fonctionnement, 0) else 0 end as effet_fonctionnement,
    case when des_deux then coalesce(amortissements, 0) else 0 end as effet_amortissements,
    case when des_deux then coalesce(subventions, 0) else 0 end as effet_subventions,
    case when des_deux then coalesce(reprises, 0) else 0 end as effet_reprises
  from paires
)

select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  scenario,
  cout_prevu::numeric(15, 2) as cout_prevu,
  cout_constate::numeric(15, 2) as cout_constate,
  ecart::numeric(15, 2) as ecart,
  effet_etp::numeric(15, 2) as effet_etp,
  case
    when des_deux
      then ecart - effet_etp - effet_fonctionnement - effet_amortissements - effet_subventions - effet_reprises
    else 0
  end::numeric(15, 2) as effet_taux,
  effet_fonctionnement::numeric(15, 2) as effet_fonctionnement,
  effet_amortissements::numeric(15, 2) as effet_amortissements,
  effet_subventions::numeric(15, 2) as effet_subventions,
  effet_reprises::numeric(15, 2) as effet_reprises,
  case when cout_prevu is null then ecart else 0 end::numeric(15, 2) as effet_entree,
  case when cout_constate is null then ecart else 0 end::numeric(15, 2) as effet_sortie
from effets
where exercice in {{ exercices_demandes() }}
