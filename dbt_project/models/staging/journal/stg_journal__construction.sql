{{ config(materialized='table') }}
-- Exercices of the build in progress, and the semestre or the month that it stops at when it invoices (R18) or says where the year
-- stands (R22). From a shell: those given (`--vars 'exercices: [2023, 2024]'`), else every one with a
-- payroll file, in a version 0 that nobody publishes.
{% if target.name == 'entrepot' %}
select c.version, e.exercice, c.semestre, c.mois
from {{ source('journal', 'construction_courante') }} as c
cross join unnest(c.exercices) as e (exercice)
{% elif var('exercices', none) %}
select 0::bigint as version, unnest(array{{ var('exercices') }}) as exercice, null::smallint as semestre, null::smallint as mois
{% else %}
select distinct 0::bigint as version, exercice, null::smallint as semestre, null::smallint as mois
from {{ source('journal', 'fichiers_courants') }}
where jeu = 'masse_salariale'
{% endif %}
