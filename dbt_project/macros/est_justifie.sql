{# A row of `justifications` that says something answers for a gap, of its key or of all keys (G5). #}
{% macro est_justifie(ecart) -%}
exists (
    select from {{ ref('stg_referentiel__justifications') }} as j
    where
      j.exercice = {{ ecart }}.exercice and j.controle = {{ ecart }}.controle
      and (j.cle is null or j.cle = {{ ecart }}.cle) and btrim(j.justification) <> ''
  )
{%- endmacro %}
