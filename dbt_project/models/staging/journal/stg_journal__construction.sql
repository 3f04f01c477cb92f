{{ config(materialized='table') }}
select
  c.version,
  e.exercice
from {{ source('journal', 'construction_courante') }} as c
cross join unnest(c.exercices) as e (exercice)
