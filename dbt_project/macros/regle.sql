{# What a rule reads in the seed `regles_livrees`: an account, the departments of the region. #}
{% macro regle(nom) -%}
(select l.valeur from {{ ref('regles_livrees') }} as l where l.regle = '{{ nom }}')
{%- endmacro %}
