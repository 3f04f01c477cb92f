{# Destinations that are no dispositif: structure pool, outside the mutualisation, no key, not counted, and the line of totals. #}
{% macro codes_reserves() -%}
('STRUCTURE', 'HORS', 'NON_REPARTI', 'EXCLU', 'TOTAL')
{%- endmacro %}

{# Destinations that an analytic key may give beside a dispositif. #}
{% macro cles_hors_dispositif() -%}
('STRUCTURE', 'HORS')
{%- endmacro %}

{# An account of pay: its amount over the ETPT of a catégorie may be what one person earns (K8). `compte`: SQL, as delivered. #}
{% macro compte_de_paie(compte) -%}
(ltrim(coalesce({{ compte }}, '')) like '64%')
{%- endmacro %}

{# Statuses of a ledger line that counts (R3b). #}
{% macro statuts_comptes() -%}
('Émis', 'Pris en charge', 'Payé')
{%- endmacro %}
