-- Figures of the synthèse of each closed exercice, in its last closed version (K6). Empty before the first publication.
{% set clos = ref('stg_journal__exercices_clos') %}
{% set synthese = adapter.get_relation(database=target.database, schema='versions', identifier='synthese_financiere') if execute %}
{% if synthese %}
select m.exercice, m.dispositif, m.mesure, m.valeur
from ({{ figures_de(synthese) }}) as m
inner join {{ clos }} as e on m.exercice = e.exercice and m.version = e.version
{% else %}
select null::int as exercice, null::text as dispositif, null::text as mesure, null::numeric as valeur
where false
{% endif %}
