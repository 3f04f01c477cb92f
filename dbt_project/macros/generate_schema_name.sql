{# A build has one schema, emptied before it starts: nothing of a former build is read. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {{ target.schema }}
{%- endmacro %}
