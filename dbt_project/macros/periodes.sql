{# Periods of dated rows: `fin` is empty while the row is in force. #}
{% macro fin_de(alias) -%}
coalesce({{ alias }}.fin, 'infinity')
{%- endmacro %}

{% macro en_vigueur(alias, jour) -%}
{{ jour }} between {{ alias }}.debut and {{ fin_de(alias) }}
{%- endmacro %}

{# Two rows, or a row and an exercice, share a day. #}
{% macro se_rencontrent(a, b) -%}
{{ a }}.debut <= {{ fin_de(b) }} and {{ fin_de(a) }} >= {{ b }}.debut
{%- endmacro %}

{# Where the periods of two rows `a` and `b` begin and end; `fin` is empty while a row is in force. #}
{% macro bornes_de_deux() -%}
a.debut as debut_a, a.fin as fin_a, b.debut as debut_b, b.fin as fin_b
{%- endmacro %}

{# Pairs of rows of a dated referentiel whose periods meet, for the same `cles`. #}
{% macro chevauchement(relation, cles, autre='') %}
  from {{ ref(relation) }} as a
  inner join {{ ref(relation) }} as b
    on
      {{ se_rencontrent('a', 'b') }}
      and a.ligne < b.ligne {% for c in cles %}and a.{{ c }} = b.{{ c }} {% endfor %} {{ autre }}
{% endmacro %}

{# The row of a dispositif that an exercice reads: the last one that meets it (R6d). #}
{% macro dispositif_de(code, exercice, colonnes) -%}
(
    select
      {% for c in colonnes %}
      r.{{ c }}{{ ',' if not loop.last }}
      {% endfor %}
    from {{ ref('stg_referentiel__dispositifs') }} as r
    where
      r.code = {{ code }}
      and r.debut <= make_date({{ exercice }}, 12, 31) and {{ fin_de('r') }} >= make_date({{ exercice }}, 1, 1)
    order by r.debut desc, r.ligne desc
    limit 1
  )
{%- endmacro %}

{# The row of an adherent in force on a day, else the last one (R7d, S6). #}
{% macro adherent_au(siret, jour, colonnes) -%}
(
    select
      {% for c in colonnes %}
      r.{{ c }}{{ ',' if not loop.last }}
      {% endfor %}
    from {{ ref('stg_referentiel__adherents') }} as r
    where r.siret = {{ siret }}
    order by ({{ en_vigueur('r', jour) }}) desc, r.debut desc, r.ligne desc
    limit 1
  )
{%- endmacro %}
