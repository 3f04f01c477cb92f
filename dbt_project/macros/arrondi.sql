{# The one rounding function: half away from zero. The inner rounding absorbs the truncation of a
   quotient kept on 30 decimals or more (docs/decisions/0001, « Precision »). #}
{% macro arrondi(expression, decimales=2) -%}
round(round({{ expression }}, 20), {{ decimales }})
{%- endmacro %}

{# A quotient on at least 40 decimals: PostgreSQL keeps the scale of the dividend. #}
{% macro quotient(dividende, diviseur) -%}
(({{ dividende }})::numeric(100, 40) / nullif({{ diviseur }}, 0))
{%- endmacro %}

{# Whether a figure has no more digits before the point than its column, once rounded. #}
{% macro tient_dans(expression, chiffres) -%}
abs({{ expression }}) < 10::numeric ^ {{ chiffres }} - 1
{%- endmacro %}
