{# R19: what a rate of `hypotheses` multiplies by in a year, over the year before, or up to a day of it (R22c). `une fois` is a level,
   (1 + v × s_Y) / (1 + v × s_Y−1) with s the share of a year that its period takes: multiplied since E, what lies between cancels out. #}
{% macro facteur_de_taux(h, debut, fin) -%}
{%- set avant_debut, avant_fin = '(' ~ debut ~ " - interval '1 year')::date", debut ~ ' - 1' -%}
case when {{ h }}.effet = 'une fois' then trim_scale({{ quotient(
  '(100 * (' ~ fin ~ ' - ' ~ debut ~ ' + 1) + ' ~ h ~ '.valeur * ' ~ jours_communs(h, debut, fin) ~ ') * (' ~ debut ~ ' - ' ~ avant_debut ~ ')',
  '(100 * (' ~ debut ~ ' - ' ~ avant_debut ~ ') + ' ~ h ~ '.valeur * ' ~ jours_communs(h, avant_debut, avant_fin) ~ ') * (' ~ fin ~ ' - ' ~ debut ~ ' + 1)'
) }}) else trim_scale(1 + {{ h }}.valeur * 0.01) end
{%- endmacro %}

{# The CTE `produits` of a recursive query: rows of `facteurs` of the same `cles` multiplied in the order of their `rang`, from 1. What
   is left out of a product, after sixty decimals, no rounding sees. `avec`: what each row keeps beside. #}
{% macro produits_des_facteurs(cles, avec=[]) %}
produits as (
  select {{ (cles + avec) | join(', ') }}, rang, facteur as produit
  from facteurs
  where rang = 1
  union all
  select f.{{ (cles + avec) | join(', f.') }}, f.rang, trim_scale(round(p.produit * f.facteur, 60))
  from produits as p
  inner join facteurs as f on f.rang = p.rang + 1{% for c in cles %} and f.{{ c }} = p.{{ c }}{% endfor %}

)
{% endmacro %}
