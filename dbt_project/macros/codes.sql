{# Destinations that are no dispositif: structure pool, outside the mutualisation, no key, not counted, and the line of totals. #}
{% macro codes_reserves() -%}
('STRUCTURE', 'HORS', 'NON_REPARTI', 'EXCLU', 'TOTAL')
{%- endmacro %}

{# Destinations that an analytic key may give beside a dispositif. #}
{% macro cles_hors_dispositif() -%}
('STRUCTURE', 'HORS')
{%- endmacro %}

{# Statuses of a ledger line that counts (R3b). #}
{% macro statuts_comptes() -%}
('Émis', 'Pris en charge', 'Payé')
{%- endmacro %}

{# Accounts of the payroll, and of what is paid back of it: what masse_salariale is reconciled with. #}
{% macro est_compte_de_paie(nature) -%}
{{ nature }} ~ '^(631|633|64)' and not {{ est_compte_d_attenuation(nature) }}
{%- endmacro %}

{% macro est_compte_d_attenuation(nature) -%}
{{ nature }} ~ '^(6419|6459|6479)'
{%- endmacro %}
