{# The indicators of `indicateurs_cles`; a test compares the list with the relation. #}
{% macro indicateurs() -%}
  {{ return([
    'communes', 'communes_moyenne', 'communes_min1_pct', 'communes_5_9_pct', 'communes_10_plus_pct', 'dispositifs',
    'agents_investis', 'etp_total', 'cout_net_total', 'recettes_total', 'cam_adherents', 'cam_acheteurs', 'cam_marches',
    'cam_achats_ht', 'cam_achats_compares_ht', 'cam_reference_ht', 'cam_gain_ht', 'cam_gain_pct',
    'cam_fournisseurs_hdf_pct', 'cam_tpe_pme_pct',
    'cee_operations', 'cee_produit', 'cee_reverse',
  ]) }}
{%- endmacro %}

{# What a bound of `bornes` may name beside an indicator: a numeric column of these relations, the cost per ETP. #}
{% macro mesures_d_un_dispositif() -%}
  {%- set noms = ['cout_par_etp'] -%}
  {%- if execute -%}
    {%- for n in graph.nodes.values() | sort(attribute='unique_id') if n.name in ('synthese_financiere', 'cout_unitaire') and n.resource_type == 'model' -%}
      {%- for c in n.columns.values() if (c.data_type or '').startswith('numeric') -%}{%- do noms.append(c.name) -%}{%- endfor -%}
    {%- endfor -%}
  {%- endif -%}
  '{{ noms | join("', '") }}'
{%- endmacro %}

{# Every figure of the three relations as rows: exercice, dispositif ('' for an indicator), mesure, valeur (exact). #}
{% macro mesures_de(synthese, unitaire, indicateurs) %}
select s.exercice, s.dispositif, m.key as mesure, {{ arrondi("(m.value #>> '{}')::numeric", 6) }} as valeur
from {{ synthese }} as s
cross join lateral jsonb_each(to_jsonb(s)) as m
where jsonb_typeof(m.value) = 'number' and m.key not in ('version', 'exercice')
union all
select s.exercice, s.dispositif, 'cout_par_etp', {{ arrondi(quotient('s.cout_net', 's.etp')) }}
from {{ synthese }} as s
where s.etp <> 0
union all
select u.exercice, u.dispositif, m.key, {{ arrondi("(m.value #>> '{}')::numeric", 6) }}
from {{ unitaire }} as u
cross join lateral jsonb_each(to_jsonb(u)) as m
where jsonb_typeof(m.value) = 'number' and m.key not in ('version', 'exercice')
union all
select i.exercice, '', i.indicateur, {{ arrondi('i.valeur', 6) }}
from {{ indicateurs }} as i
where i.valeur is not null
{% endmacro %}

{# Every figure of what a closing is compared by, as rows: (version), exercice, dispositif, siret_adherent, mesure, valeur, as it
   is published; one not stated has none. `siret_adherent` is empty but for what an adherent used and owes. #}
{% macro figures_de(synthese, unitaire, adherent, version=true) %}
{%- for relation in [synthese, unitaire, adherent] %}
select
  {{ 's.version,' if version }} s.exercice, s.dispositif, coalesce(to_jsonb(s) ->> 'siret_adherent', '') as siret_adherent,
  m.key as mesure, {{ arrondi("(m.value #>> '{}')::numeric", 6) }} as valeur
from {{ relation }} as s
cross join lateral jsonb_each(to_jsonb(s)) as m
where
  jsonb_typeof(m.value) = 'number'
  and m.key {{ "in ('cout_usage', 'montant_du')" if loop.last else "not in ('version', 'exercice')" }}
{{ 'union all' if not loop.last }}
{%- endfor %}
{% endmacro %}

{# A figure as a sentence shows it: thousands apart, decimal comma, no trailing zero. #}
{% macro en_francais(valeur) -%}
regexp_replace(split_part(trim_scale({{ valeur }})::text, '.', 1), '(\d)(?=(\d{3})+$)', E'\\1\u00a0', 'g')
    || coalesce(',' || nullif(split_part(trim_scale({{ valeur }})::text, '.', 2), ''), '')
{%- endmacro %}

{# What changed a net cost from row `p` to row `c`, by effect (R12): the effects sum to the difference. Without ETP before, all
   is a change of rate; NULL where one of the two rows is missing. #}
{% macro effets(c, p) -%}
  {%- set temps = 'case when ' ~ p ~ '.etp = 0 and ' ~ c ~ '.etp is not null then 0 else '
    ~ arrondi(quotient('(' ~ c ~ '.etp - ' ~ p ~ '.etp) * ' ~ p ~ '.cout_personnel', p ~ '.etp')) ~ ' end' -%}
  {{ return({
    'etp': temps,
    'taux': c ~ '.cout_personnel - ' ~ p ~ '.cout_personnel - ' ~ temps,
    'fonctionnement': c ~ '.cout_fonctionnement - ' ~ p ~ '.cout_fonctionnement',
    'amortissements': c ~ '.amortissements - ' ~ p ~ '.amortissements',
    'subventions': p ~ '.subventions - ' ~ c ~ '.subventions',
    'reprises': p ~ '.reprises - ' ~ c ~ '.reprises',
  }) }}
{%- endmacro %}
