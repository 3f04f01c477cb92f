{# The value of a dated parameter on a day; one row is taken when two overlap (control periodes_chevauchantes). #}
{% macro parametre(nom, jour, colonne='valeur') -%}
(
    select p.{{ colonne }} from {{ ref('stg_referentiel__parametres') }} as p
    where p.rejet_statut is null and p.parametre = '{{ nom }}'
      and {{ jour }} between p.debut and coalesce(p.fin, 'infinity')
    order by p.debut desc limit 1
  )
{%- endmacro %}

{% macro parametre_numerique(nom, jour) -%}
{{ parametre(nom, jour, 'valeur_numerique') }}
{%- endmacro %}

{# The same for a parameter named « nom:dispositif ». #}
{% macro parametre_dispositif(nom, dispositif, jour, colonne='valeur_numerique') -%}
(
    select p.{{ colonne }} from {{ ref('stg_referentiel__parametres') }} as p
    where p.rejet_statut is null and p.parametre = '{{ nom }}:' || {{ dispositif }}
      and {{ jour }} between p.debut and coalesce(p.fin, 'infinity')
    order by p.debut desc limit 1
  )
{%- endmacro %}
