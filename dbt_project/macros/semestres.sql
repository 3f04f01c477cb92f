{# Semestres of a calendar year: 1 January to 30 June, 1 July to 31 December (R7). #}
{% macro debut_semestre(exercice, semestre) -%}
make_date({{ exercice }}, 6 * {{ semestre }} - 5, 1)
{%- endmacro %}

{% macro fin_semestre(exercice, semestre) -%}
make_date({{ exercice }}, 6 * {{ semestre }}, 29 + {{ semestre }})
{%- endmacro %}

{% macro semestre_du(jour) -%}
ceil(extract(month from {{ jour }}) / 6)::int
{%- endmacro %}

{# Month of an exercice: a day after it is of the last one, before it of the first. #}
{% macro mois_de(jour, exercice) -%}
extract(month from least(greatest({{ jour }}, make_date({{ exercice }}, 1, 1)), make_date({{ exercice }}, 12, 31)))::integer
{%- endmacro %}
