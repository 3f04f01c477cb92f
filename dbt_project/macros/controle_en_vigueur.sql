{# A control of the index that comes with a jeu of its own exists only once that jeu was dropped. #}
{% macro controle_en_vigueur(alias) -%}
(
    {{ alias }}.jeu is null
    or {{ alias }}.jeu in (select f.jeu from {{ ref('stg_journal__fichiers') }} as f where f.lignes > 0)
  )
{%- endmacro %}
