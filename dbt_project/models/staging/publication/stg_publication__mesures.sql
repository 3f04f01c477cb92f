-- Figures already published, whatever the build: exercice, dispositif, mesure, valeur. Empty before the first publication.
{% set vues = [] %}
{% if execute %}
  {% for nom in ['synthese_financiere', 'cout_unitaire', 'indicateurs_cles'] %}
    {% do vues.append(adapter.get_relation(database=target.database, schema='publication', identifier=nom)) %}
  {% endfor %}
{% endif %}
{% if vues and vues | select('none') | list == [] %}
select exercice, dispositif, mesure, valeur from ({{ mesures_de(*vues) }}) as m
{% else %}
select null::int as exercice, null::text as dispositif, null::text as mesure, null::numeric as valeur
where false
{% endif %}
