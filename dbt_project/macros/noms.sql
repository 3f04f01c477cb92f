{# No SQL of a run names the database: the project read once serves that of every EPCI. #}
{% macro generate_database_name(custom_database_name=none, node=none) -%}
{{ return(target.database if target.name == 'poste' else none) }}
{%- endmacro %}

{% macro source(nom, table) -%}
{{ return(builtins.source(nom, table).include(database=target.name == 'poste')) }}
{%- endmacro %}

{# A build lies in one schema; `+schema` of dbt_project.yml is where its readers see it (target `publie`). #}
{% macro generate_schema_name(custom_schema_name, node) -%}
{{ custom_schema_name if custom_schema_name and target.name == 'publie' else target.schema }}
{%- endmacro %}
