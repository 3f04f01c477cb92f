-- One row per exercice whose invoices are computed: those of int_exercices, and every year between two of them up to the
-- last asked one, so that the carry-over runs through a year without payroll (R7e, R10g).
with bornes as (
  select min(exercice) as premier, max(exercice) filter (where demande) as dernier
  from {{ ref('int_exercices') }}
)

select a.exercice, make_date(a.exercice, 1, 1) as debut, make_date(a.exercice, 12, 31) as fin
from (
  select exercice from {{ ref('int_exercices') }}
  union
  select annee as exercice from bornes cross join lateral generate_series(premier, dernier) as g (annee)
) as a
