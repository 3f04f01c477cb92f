{# R22, R22c: where the receipts of an exercice end. `prevue`: what was forecast of it; `ici`: its row of the month; `annee` and `mois`: those of the year before. #}
{% macro recettes_a_la_fin(prevue, ici, annee, mois) -%}
case
  when {{ prevue }}.montant_du - {{ prevue }}.dont_ac > 0 then greatest({{ prevue }}.montant_du - {{ prevue }}.dont_ac, {{ ici }}.recettes)
  when {{ annee }}.dispositif is not null then coalesce({{ ici }}.recettes, 0) + coalesce({{ annee }}.recettes, 0) - coalesce({{ mois }}.recettes, 0)
end
{%- endmacro %}
