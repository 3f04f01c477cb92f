{# Version of the build: the partition key of the published relations. #}
{% macro version_courante() -%}
(select c.version from {{ source('journal', 'construction_courante') }} as c)::bigint
{%- endmacro %}

{# Exercices that are published: the asked ones. #}
{% macro exercices_demandes() -%}
(select e.exercice from {{ ref('int_exercices') }} as e where e.demande)
{%- endmacro %}
