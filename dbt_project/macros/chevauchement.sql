{# Pairs of accepted rows of a dated referentiel whose periods meet, for the same `cles`. #}
{% macro chevauchement(relation, cles, autre='') %}
  from {{ ref(relation) }} as a
  inner join {{ ref(relation) }} as b
    on
      a.debut <= coalesce(b.fin, 'infinity') and coalesce(a.fin, 'infinity') >= b.debut
      and a.ligne < b.ligne {% for c in cles %}and a.{{ c }} = b.{{ c }} {% endfor %} {{ autre }}
  where a.rejet_statut is null and b.rejet_statut is null
{% endmacro %}
