{# Version of the build: the key of the published relations. #}
{% macro version_courante() -%}
(select max(e.version) from {{ ref('mart_exercices_publies') }} as e)
{%- endmacro %}

{# Exercices that are published: the asked ones. #}
{% macro exercices_demandes() -%}
(select e.exercice from {{ ref('mart_exercices_publies') }} as e)
{%- endmacro %}

{# A relation as its contract publishes it: each column in its type, for the exercices asked. #}
{% macro publier(relation) -%}
select
  {{ version_courante() }} as version
  {%- for colonne in model.columns.values() if colonne.name != 'version' %},
  {{ colonne.name }}::{{ colonne.data_type }} as {{ colonne.name }}
  {%- endfor %}
from {{ relation }}
where {{ (config.get('meta') or {}).get('pointeur', 'exercice') }} in {{ exercices_demandes() }}
{%- endmacro %}

{# R19: of the rows that forecast a year, those that count: what was decided (`engage`) as the last exercice published before it knew. #}
{% macro prevision_qui_compte(alias) -%}
{{ alias }}.scenario = 'engage' and {{ alias }}.exercice_base = (
    select max(b.exercice) from {{ source('journal', 'publications') }} as b where b.exercice < {{ alias }}.exercice
  )
{%- endmacro %}
