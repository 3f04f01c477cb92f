-- R1a, S11. A contract compares neither precision nor scale: the catalog is read against it, relation by relation.
{# the graph is read when the test runs: what it must wait for is named #}
-- depends_on: {{ ref('synthese_financiere') }}
-- depends_on: {{ ref('cout_unitaire') }}
-- depends_on: {{ ref('cout_moyen') }}
-- depends_on: {{ ref('etp_categorie') }}
-- depends_on: {{ ref('variation') }}
-- depends_on: {{ ref('cout_adherent') }}
-- depends_on: {{ ref('adherent') }}
-- depends_on: {{ ref('textes') }}
-- depends_on: {{ ref('passage_d5211') }}
-- depends_on: {{ ref('recouvrement') }}
-- depends_on: {{ ref('facture_semestrielle') }}
-- depends_on: {{ ref('cee_valorisation') }}
-- depends_on: {{ ref('cam_achats') }}
-- depends_on: {{ ref('adhesion') }}
-- depends_on: {{ ref('indicateurs_cles') }}
-- depends_on: {{ ref('controles') }}
-- depends_on: {{ ref('tracabilite') }}
-- depends_on: {{ ref('repartition') }}
-- depends_on: {{ ref('rejets') }}
-- depends_on: {{ ref('passage_d5211_detail') }}
-- depends_on: {{ ref('etat_valorisation') }}
-- depends_on: {{ ref('prevision') }}
-- depends_on: {{ ref('prevision_essai') }}
-- depends_on: {{ ref('prevision_fourchette') }}
-- depends_on: {{ ref('ecart_prevision') }}
-- depends_on: {{ ref('recettes_origine') }}
-- depends_on: {{ ref('recours') }}
-- depends_on: {{ ref('factures_adherents') }}
-- depends_on: {{ ref('factures_cles') }}
-- depends_on: {{ ref('factures_couts') }}
-- depends_on: {{ ref('factures_semestres') }}
-- depends_on: {{ ref('factures_tarifs') }}
-- depends_on: {{ ref('factures_titres') }}
-- depends_on: {{ ref('factures_unites') }}
-- depends_on: {{ ref('dispositifs_en_vigueur') }}
-- depends_on: {{ ref('epci') }}
-- depends_on: {{ ref('parametres_en_vigueur') }}
{% set attendus = [] %}
{% if execute %}
  {% for n in graph.nodes.values() if n.resource_type == 'model' and n.config.contract.enforced %}
    {% for c in n.columns.values() if c.data_type %}
      {% do attendus.append("('" ~ n.name ~ "', '" ~ c.name ~ "', '" ~ c.data_type | replace('pg_catalog.', '') ~ "')") %}
    {% endfor %}
  {% endfor %}
{% endif %}
with attendus (relation, colonne, type) as (
  values {{ attendus | join(', ') or "('', '', '')" }}
),

constates as (
  select c.relname::text as relation, a.attname::text as colonne, pg_catalog.format_type(a.atttypid, a.atttypmod) as type
  from pg_catalog.pg_attribute as a
  inner join pg_catalog.pg_class as c on a.attrelid = c.oid
  where c.relnamespace = '{{ target.schema }}'::regnamespace and a.attnum > 0 and not a.attisdropped
)

select a.relation, a.colonne, a.type as attendu, coalesce(c.type, 'colonne absente') as constate
from attendus as a
left join constates as c using (relation, colonne)
where c.type is distinct from a.type
