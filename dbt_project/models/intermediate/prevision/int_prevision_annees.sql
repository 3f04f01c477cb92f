-- R19: the years forecast from each exercice computed, up to the horizon in force on its 1 January.
with horizons as (
  select
    e.*,
    least(coalesce({{ parametre_numerique('horizon_prevision', 'e.debut') }}, e.exercice + 5), e.exercice + 30)::int as horizon
  from {{ ref('int_exercices') }} as e
)

select
  h.exercice as exercice_base,
  h.debut as debut_base,
  h.fin as fin_base,
  h.jours as jours_base,
  h.base_jours,
  h.horizon,
  a.exercice,
  make_date(a.exercice, 1, 1) as debut,
  make_date(a.exercice, 12, 31) as fin,
  make_date(a.exercice, 12, 31) - make_date(a.exercice, 1, 1) + 1 as jours
from horizons as h
cross join lateral generate_series(h.exercice + 1, h.horizon) as a (exercice)
