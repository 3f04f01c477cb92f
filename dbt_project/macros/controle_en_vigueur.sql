{# A control of the index that comes with a jeu of its own exists only once that jeu was dropped. #}
{% macro controle_en_vigueur(alias) -%}
(
    {{ alias }}.jeu is null
    or {{ alias }}.jeu in (
      select unnest(array[f.jeu, case when f.partie <> '' then '_part' end]) from {{ ref('stg_journal__fichiers') }} as f where f.lignes > 0
    )
  )
{%- endmacro %}

{# A gap that no justification lifts (G5), of a control `x` of the index. #}
{% macro non_justifie(e, x) -%}
not ({{ x }}.justifiable and exists (
    select from {{ ref('stg_referentiel__justifications') }} as j
    where
      j.exercice = {{ e }}.exercice and j.controle = {{ e }}.controle and (j.cle is null or j.cle = {{ e }}.cle)
      and btrim(j.justification) <> ''
  ))
{%- endmacro %}
