{# `1 ligne refusée`, `2 lignes refusées`: a count in French words; the plural is an s unless it is given. #}
{% macro compte(nombre, singulier, pluriel=none) -%}
{{ nombre }} || case when {{ nombre }} < 2 then ' {{ singulier }}' else ' {{ pluriel or singulier ~ 's' }}' end
{%- endmacro %}

{# `1234,50 €`: an amount as a French reader writes it. #}
{% macro euros(montant) -%}
replace(({{ montant }})::text, '.', ',') || ' €'
{%- endmacro %}

{# `43,21 %`: a share between 0 and 100, two decimals at most. #}
{% macro en_pour_cent(part) -%}
replace(trim_scale(round({{ part }}, 2))::text, '.', ',') || ' %'
{%- endmacro %}

{# What is lost of a number, in percent of it; below 0 where it grew, NULL where there was nothing. #}
{% macro part_perdue(avant, apres) -%}
100 * ({{ avant }} - {{ apres }})::numeric / nullif({{ avant }}, 0)
{%- endmacro %}

{# A choice of a file as a code of `publication`: without capitals, spaces and accents (R16). #}
{% macro code_publie(mot) -%}
replace({{ mot_replie(mot) }}, ' ', '_')
{%- endmacro %}
