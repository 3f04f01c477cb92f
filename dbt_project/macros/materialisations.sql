{# A relation is dropped, then made: nothing is set aside, renamed and dropped afterwards, as dbt's own materializations
   do at the price of two fifths of the time of a build (docs/decisions/0010). The schema of a run is empty when it starts. #}
{% macro creer_relation(type, requete) %}
  {%- set relation = this.incorporate(type=type) -%}
  {%- set ancienne = load_cached_relation(this) if target.name != 'entrepot' -%}
  {%- if ancienne -%}{%- do adapter.drop_relation(ancienne) -%}{%- endif -%}
  {{ run_hooks(pre_hooks) }}
  {% call statement('main') %}
    {{ requete }}
    {# what other models read: without statistics, thousands of rows are taken for a few and joined by nested loops #}
    {{ cle_publiee(relation) }}
    {{ 'analyze ' ~ relation ~ ';' if type == 'table' and not config.get('contract').enforced }}
  {% endcall %}
  {#- dbt's own settings; a model that has none sends nothing more -#}
  {%- if type == 'table' -%}{%- do create_indexes(relation) -%}{%- endif -%}
  {{ run_hooks(post_hooks) }}
  {%- do apply_grants(relation, config.get('grants'), should_revoke=False) -%}
  {%- do persist_docs(relation, model) -%}
  {{ adapter.commit() }}
  {{ return({'relations': [relation]}) }}
{% endmacro %}

{# The key of what is promoted (`meta: {cle: …}`) names one row, NULL being a value of it: held by the table itself, as a
   constraint that dbt's `unique` can't say. The gate knows it by its name, in a refusal of any language. #}
{% macro cle_publiee(relation) -%}
{%- set cle = (config.get('meta') or {}).get('cle') -%}
{%- if cle and relation.is_table -%}
alter table {{ relation }} add constraint cle_{{ this.name }}
  unique nulls not distinct ({{ (cle if 'exercice' in cle else ['exercice'] + cle) | join(', ') }});
{%- endif -%}
{%- endmacro %}

{% materialization table, adapter='postgres' %}
  {{ return(creer_relation('table', get_create_table_as_sql(False, this, sql))) }}
{% endmaterialization %}

{% materialization view, adapter='postgres' %}
  {{ return(creer_relation('view', get_create_view_as_sql(this, sql))) }}
{% endmaterialization %}
