-- The days that a tool of dbt's semantic layer counts on: MetricFlow asks one such model, and reads it for what is cumulative.
select jour::date as jour from generate_series('2000-01-01'::date, '2099-12-31'::date, interval '1 day') as g (jour)
