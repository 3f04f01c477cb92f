{# `1 ligne refusée`, `2 lignes refusées`: a count in French words; the plural is an s unless it is given. #}
{% macro compte(nombre, singulier, pluriel=none) -%}
{{ nombre }} || case when {{ nombre }} < 2 then ' {{ singulier }}' else ' {{ pluriel or singulier ~ 's' }}' end
{%- endmacro %}

{# `1234,50 €`: an amount as a French reader writes it. #}
{% macro euros(montant) -%}
replace(({{ montant }})::text, '.', ',') || ' €'
{%- endmacro %}
