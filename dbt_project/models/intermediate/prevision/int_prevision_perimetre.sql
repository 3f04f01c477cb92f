-- R19, R19b: the dispositifs that each scenario forecasts for a year: those valorisés in E and in F (`etablie`: their costs start
-- from those of E), and those that a hypothesis of the scenario names with a day between E+1 and the horizon (their costs start from 0).
-- Beside them (not `prevu`: in no forecast), those that are due by the attribution de compensation in E+1, whatever their valuation (R21b).
with etablies as (
  select a.exercice_base, a.exercice, c.dispositif
  from {{ ref('int_prevision_annees') }} as a
  inner join {{ ref('int_couts') }} as c on a.exercice_base = c.exercice
  inner join lateral {{ dispositif_de('c.dispositif', 'a.exercice', ['valorisation']) }} as d on d.valorisation = 'valorisé'
),

lignes as (
  select exercice_base, exercice, 'engage' as scenario, dispositif, true as etablie, true as prevu
  from etablies
  union all
  select e.exercice_base, e.exercice, s.scenario, e.dispositif, true, true
  from etablies as e
  cross join (select distinct scenario from {{ ref('int_prevision_scenarios') }}) as s
  union all
  select a.exercice_base, a.exercice, h.scenario, h.dispositif, false, true
  from {{ ref('int_prevision_annees') }} as a
  inner join {{ ref('int_prevision_scenarios') }} as h
    on h.debut <= make_date(a.horizon, 12, 31) and {{ fin_de('h') }} > a.fin_base
  where h.dispositif is not null
  union all
  select a.exercice_base, a.exercice, 'engage', t.dispositif, false, false
  from {{ ref('int_prevision_annees') }} as a
  inner join {{ ref('stg_referentiel__tarifs') }} as t on {{ se_rencontrent('t', 'a') }}
  where {{ mode_qui('t.mode_recouvrement', 'ac') }} and a.exercice = a.exercice_base + 1
)

select
  l.exercice_base, l.exercice, l.scenario, l.dispositif,
  bool_or(l.etablie) as etablie,
  bool_or(l.prevu) as prevu,
  c.dispositif is not null as valorise_en_base
from lignes as l
left join {{ ref('int_couts') }} as c on l.exercice_base = c.exercice and l.dispositif = c.dispositif
group by l.exercice_base, l.exercice, l.scenario, l.dispositif, c.dispositif
