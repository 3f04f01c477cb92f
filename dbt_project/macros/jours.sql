{# Days between two dates, bounds included: calendar, or months of 30 days (R4a, R4c). #}
{% macro jours_entre(base, debut, fin) -%}
case when {{ base }} = '30_360' then
    30 * (12 * (extract(year from {{ fin }}) - extract(year from {{ debut }})) + extract(month from {{ fin }}) - extract(month from {{ debut }}))
    + least(extract(day from {{ fin }}), 30) - least(extract(day from {{ debut }}), 30) + 1
  else {{ fin }} - {{ debut }} + 1 end
{%- endmacro %}

{% macro jours_annee(base, annee) -%}
case when {{ base }} = '30_360' then 360 else make_date({{ annee }}, 12, 31) - make_date({{ annee }}, 1, 1) + 1 end
{%- endmacro %}

{# R1: ETPT of a segment over a period of an exercice: quotité × days(segment ∩ period) / days(E). #}
{% macro etpt(segment, periode) -%}
{{ quotient(
  segment ~ '.quotite_pct * greatest(least(' ~ segment ~ '.sortie, ' ~ periode ~ '.fin) - greatest(' ~ segment ~ '.date_entree, '
  ~ periode ~ '.debut) + 1, 0)', '100 * ' ~ periode ~ '.jours') }}
{%- endmacro %}

{# Days that a dated row has in common with a period, both bounds included. #}
{% macro jours_communs(ligne, debut, fin) -%}
greatest(least({{ ligne }}.fin, {{ fin }}) - greatest({{ ligne }}.debut, {{ debut }}) + 1, 0)
{%- endmacro %}
