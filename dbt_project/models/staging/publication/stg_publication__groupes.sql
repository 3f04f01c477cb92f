-- R2h: groups of average cost that a published version showed or read, whatever it asked. Empty before the first publication.
{% set montres = adapter.get_relation(database=target.database, schema='versions', identifier='cout_moyen') if execute %}
{% set lus = adapter.get_relation(database=target.database, schema='versions', identifier='groupes_lus') if execute %}
{% if montres and lus %}
select exercice, groupe from {{ montres }}
union
select exercice_lu, groupe from {{ lus }}
{% else %}
select null::int as exercice, null::text as groupe
where false
{% endif %}
