-- From 1 January to the end of which months an exercice is computed: the whole year (12); each month up to the last that is told
-- (R22).
select
  e.exercice, p.mois, e.debut, e.jours,
  (make_date(e.exercice, p.mois, 1) + interval '1 month - 1 day')::date as fin
from {{ ref('int_exercices') }} as e
left join {{ ref('int_exercices_situation') }} as s using (exercice)
cross join lateral generate_series(case when s.mois is null then 12 else 1 end, coalesce(s.mois, 12)) as p (mois)
