-- R14b, R14c: the exercices with a report on mutualisation, the years of its schéma, and the day on which it is drawn up.
select
  e.exercice,
  left(r.annees, 4)::int as debut_schema,
  right(r.annees, 4)::int as fin_schema,
  greatest(r.arrete, e.fin) as jour
from {{ ref('int_exercices') }} as e
cross join lateral (
  select
    {{ parametre('rapport_mutualisation', 'e.fin') }} as annees,
    {{ parametre('rapport_arrete_au', 'e.fin', 'valeur_date') }} as arrete
) as r
where r.annees is not null
