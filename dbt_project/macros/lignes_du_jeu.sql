{# What a jeu gives once read: `lec_<source>__<jeu>` holds every line with its issue (`rejet_*`), `stg_` those that
   count, `stg_rejets` the others. `comptee` is a boolean, because the planner takes half of its rows for true and « is null »
   for one in two hundred. Nothing above staging looks at an issue. #}

{# The lines that count, in their cells. `colonnes`: columns that the reading adds. #}
{% macro lignes_comptees(source_nom, jeu, colonnes=[]) %}
select
  fichier_id, ligne, fichier, sha256, exercice_fichier, depot_fichier,
  {% for c in colonnes %}
  {{ c }},
  {% endfor %}
  {{ cellules_lues(source_nom, jeu) }}
from {{ ref('lec_' ~ source_nom ~ '__' ~ jeu) }}
where comptee
{% endmacro %}

{# Rejected, held and repeated lines, in the columns of `rejets`. The value is read back from brut by the header of the
   column, where it may be shown (S2, K9). #}
{% macro lignes_rejetees(source_nom, jeu, lecture=none) %}
{%- set lecture = lecture or 'lec_' ~ source_nom ~ '__' ~ jeu -%}
select
  {{ dbt.string_literal(source_nom) }} as source,
  {{ dbt.string_literal(jeu) }} as jeu,
  f.chemin as fichier,
  r.ligne,
  null::text as rang,
  r.rejet_colonne as colonne,
  {{ valeur_montrable(source_nom, jeu, 'r.rejet_colonne', 'b') }} as valeur,
  r.rejet_motif as motif,
  r.rejet_statut as statut,
  r.rejet_exercice as exercice,
  r.exercice_fichier,
  {{ apport(lecture, 'montant') }} as montant,
  {{ apport(lecture, 'minutes') }} as minutes
from {{ ref(lecture) }} as r
inner join {{ ref('stg_journal__fichiers') }} as f on r.fichier_id = f.fichier_id
inner join {{ source(source_nom, jeu) }} as b on (r.fichier_id, r.ligne) = (b.fichier_id, b.ligne)
where r.rejet_statut is not null
{% endmacro %}

{# What a rejected line would have brought, as `meta: {apport: {montant: …, minutes: …}}` of its reading says (SQL, alias r):
   euros, or minutes of work. Not what stands on an account of pay (`compte`), which no figure gives alone (K8). #}
{% macro apport(lecture, unite) -%}
{%- set apport = (graph.nodes['model.mutualisation.' ~ lecture].config.meta.get('apport') or {}) if execute else {} -%}
{%- if unite == 'montant' and apport.compte -%}
({{ montant_hors_paie(apport.montant, apport.compte) }})::numeric
{%- else -%}
({{ apport.get(unite, 'null') }})::numeric
{%- endif -%}
{%- endmacro %}

{# G11: what a line names and the referentiel does not hold. #}
{% macro motif_dispositif(sauf='') -%}
when {{ sauf }} (c.dispositif in (select d.code from {{ ref('stg_referentiel__dispositifs') }} as d)) is not true
    then 'Dispositif|dispositif absent du fichier dispositifs (G11)'
{%- endmacro %}

{% macro motif_adherent(cellule='siret_adherent', entete='SIRET adhérent', cle='siret') -%}
when (c.{{ cellule }} in (select a.{{ cle }} from {{ ref('stg_referentiel__adherents') }} as a)) is not true
    then '{{ entete }}|{{ cle | upper }} absent du fichier adherents (G11)'
{%- endmacro %}
