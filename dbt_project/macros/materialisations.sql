{# A build always writes into an empty schema (`generate_schema_name`): no relation to set aside, rename or drop
   afterwards, as dbt's own materializations do at the price of half of the time of a small build. #}
{% macro creer_relation(type, requete) %}
  {%- set relation = this.incorporate(type=type) -%}
  {{ run_hooks(pre_hooks) }}
  {% call statement('main') %}
    {{ requete }}
    {# what other models read: without statistics, thousands of rows are taken for a few and joined by nested loops #}
    {{ 'analyze ' ~ relation ~ ';' if type == 'table' and config.get('unlogged') }}
  {% endcall %}
  {{ run_hooks(post_hooks) }}
  {{ adapter.commit() }}
  {{ return({'relations': [relation]}) }}
{% endmacro %}

{% materialization table, adapter='postgres' %}
  {{ return(creer_relation('table', get_create_table_as_sql(False, this, sql))) }}
{% endmaterialization %}

{% materialization view, adapter='postgres' %}
  {{ return(creer_relation('view', get_create_view_as_sql(this, sql))) }}
{% endmaterialization %}
