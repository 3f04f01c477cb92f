{# No SQL of a run names the database: the project read once serves that of every EPCI. #}
{% macro generate_database_name(custom_database_name=none, node=none) -%}
{{ return(target.database if target.name == 'poste' else none) }}
{%- endmacro %}

{% macro source(nom, table) -%}
{{ return(builtins.source(nom, table).include(database=target.name == 'poste')) }}
{%- endmacro %}
