-- R19: what the rates of a scenario multiply by, for each dispositif and year forecast: once for each year since E whose 1 January lies
-- in the period of the hypothesis, multiplied exactly. A measure without a rate multiplies by 1.
with recursive dispositifs as (
  select distinct exercice_base, scenario, dispositif from {{ ref('int_prevision_perimetre') }}
),

facteurs as (
  select
    d.exercice_base, d.scenario, d.dispositif, h.mesure, a.exercice,
    1 + h.valeur * 0.01 as facteur,
    row_number() over (partition by d.exercice_base, d.scenario, d.dispositif, h.mesure order by a.exercice) as rang
  from dispositifs as d
  inner join {{ ref('int_prevision_annees') }} as a using (exercice_base)
  inner join {{ ref('stg_referentiel__hypotheses') }} as h
    on
      d.scenario = h.scenario and (h.dispositif is null or h.dispositif = d.dispositif)
      and right(h.mesure, 4) = '_pct' and {{ en_vigueur('h', 'a.debut') }}
),

produits as (
  select exercice_base, scenario, dispositif, mesure, exercice, rang, facteur as produit
  from facteurs
  where rang = 1
  union all
  select f.exercice_base, f.scenario, f.dispositif, f.mesure, f.exercice, f.rang, trim_scale(p.produit * f.facteur)
  from produits as p
  inner join facteurs as f
    on
      p.exercice_base = f.exercice_base and p.scenario = f.scenario and p.dispositif = f.dispositif and p.mesure = f.mesure
      and f.rang = p.rang + 1
)

select
  p.exercice_base, p.exercice, p.scenario, p.dispositif,
  {% for mesure in ['salaires', 'prix', 'tarifs', 'unites'] %}
  coalesce((array_agg(t.produit order by t.rang desc) filter (where t.mesure = '{{ mesure }}_pct'))[1], 1) as {{ mesure }}{{ ',' if not loop.last }}
  {% endfor %}
from {{ ref('int_prevision_perimetre') }} as p
left join produits as t
  on
    p.exercice_base = t.exercice_base and p.scenario = t.scenario and p.dispositif = t.dispositif
    and t.exercice <= p.exercice
group by p.exercice_base, p.exercice, p.scenario, p.dispositif
