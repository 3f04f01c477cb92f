-- R19, R19e: what the rates of a scenario, `engage` included, multiply by, for each dispositif and year forecast: the factors of each year
-- since E, multiplied. A measure without a rate multiplies by 1.
with recursive dispositifs as (
  select distinct exercice_base, scenario, dispositif from {{ ref('int_prevision_perimetre') }}
),

facteurs as (
  select
    d.exercice_base, d.scenario, d.dispositif, h.mesure, a.exercice,
    {{ facteur_de_taux('h', 'a.debut', 'a.fin') }} as facteur,
    row_number() over (partition by d.exercice_base, d.scenario, d.dispositif, h.mesure order by a.exercice) as rang
  from dispositifs as d
  inner join {{ ref('int_prevision_annees') }} as a using (exercice_base)
  inner join {{ ref('int_prevision_scenarios') }} as h
    on
      d.scenario = h.scenario and (h.dispositif is null or h.dispositif = d.dispositif)
      and right(h.mesure, 4) = '_pct' and (h.effet = 'une fois' or {{ en_vigueur('h', 'a.debut') }})
),

{{ produits_des_facteurs(['exercice_base', 'scenario', 'dispositif', 'mesure'], ['exercice']) }}

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
