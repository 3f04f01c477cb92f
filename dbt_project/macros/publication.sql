{# Version of the build: the partition key of the published relations. #}
{% macro version_courante() -%}
(select max(e.version) from {{ ref('mart_exercices_publies') }} as e)
{%- endmacro %}

{# Exercices that are published: the asked ones. #}
{% macro exercices_demandes() -%}
(select e.exercice from {{ ref('mart_exercices_publies') }} as e)
{%- endmacro %}
