-- Exact costs of each closed exercice, in its last closed version. Empty before the first publication.
{% set clos = ref('stg_journal__exercices_clos') %}
{% set couts = adapter.get_relation(database=target.database, schema='versions', identifier='couts_figes') if execute %}
{% if couts %}
select
  c.exercice, c.dispositif, c.etp, c.cout_personnel, c.cout_fonctionnement, c.amortissements, c.subventions,
  c.reprises, c.cout_net, c.cout_d5211
from {{ couts }} as c
inner join {{ clos }} as e on c.exercice = e.exercice and c.version = e.version
where e.couts_figes
{% else %}
select
  null::int as exercice, null::text as dispositif, null::numeric as etp, null::numeric as cout_personnel,
  null::numeric as cout_fonctionnement, null::numeric as amortissements, null::numeric as subventions,
  null::numeric as reprises, null::numeric as cout_net, null::numeric as cout_d5211
where false
{% endif %}
