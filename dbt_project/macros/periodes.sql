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

{# Two rows share a day of what is built: all of them, but for invoices the semestres that they bill (R18). #}
{% macro se_rencontrent_ici(a, b) -%}
{{ se_rencontrent(a, b) }}
and not exists (
  select from {{ ref('stg_journal__construction') }} as c
  where
    c.semestre is not null
    and (
      greatest({{ a }}.debut, {{ b }}.debut) > {{ fin_semestre('c.exercice', 'c.semestre') }}
      or least({{ fin_de(a) }}, {{ fin_de(b) }}) < make_date(c.exercice, 1, 1)
    )
)
{%- endmacro %}

{# Pairs of rows of a dated referentiel whose periods meet, for the same `cles`. #}
{% macro chevauchement(relation, cles, autre='') %}
  from {{ ref(relation) }} as a
  inner join {{ ref(relation) }} as b
    on
      {{ se_rencontrent_ici('a', 'b') }}
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
