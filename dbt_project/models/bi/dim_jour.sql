-- The days of a calendar: what a tool of dbt's semantic layer counts on (MetricFlow asks one such model), and the table of dates of another.
select
  jour::date as jour,
  extract(year from jour)::integer as annee,
  extract(quarter from jour)::integer as trimestre,
  extract(month from jour)::integer as mois,
  (extract(quarter from jour)::integer + 1) / 2 as semestre
from generate_series('2000-01-01'::date, '2099-12-31'::date, interval '1 day') as g (jour)
