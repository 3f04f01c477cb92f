{# A reading whose rows are judged one by one: cells, the first rule that each breaks (of its own, then those that the caller
   writes as the `when` of a case, of the row c), then its issue. `jointure`: what they read beside it. A rule of the registry
   that holds a row comes before those of the caller. #}
{% macro lecture(source_nom, jeu, jointure='') -%}
{%- set tenues = [] -%}
{%- for r in meta_du_jeu(source_nom, jeu).get('regles', []) if r.issue == 'retenu' -%}{%- do tenues.append(r) -%}{%- endfor -%}
{%- set retenue = faute_de_regle(source_nom, jeu, 'retenu') if tenues -%}
{{ config(materialized='table', access='private') -}}
with cellules as ({{ lire_jeu(source_nom, jeu) }}),

regles as (
  select
    c.*,
    {% if retenue %}
    c.defaut is null and {{ retenue }} is not null as est_retenue,
    {% endif %}
    {{ 'coalesce(c.defaut' ~ (', ' ~ retenue if retenue) ~ (', case' ~ caller() ~ 'end' if caller) ~ ')' if retenue or caller else 'c.defaut' }} as defaut_regle
  from cellules as c
  {{ jointure }}
),

{{ issues_des_lignes(source_nom, jeu, retenue=retenue, **kwargs) }}
{% endmacro %}

{# End of a reading (`lec_`), after its CTE `regles` (cells of a jeu and `defaut_regle`, « en-tête|motif »): each row gets
   one issue. rejet_statut: rejete, doublon (all cells equal once read, F7), or NULL when the row counts (`comptee`).
   portee: 'fichier' for the yearly snapshots, parts together (F21), 'jeu' elsewhere. cle: rows of one key that differ are all rejected (F12),
   with motif_cle. refus: (condition, « en-tête|motif », its issue if not rejete) tried on what is left. lues: what is
   compared, when it is not every cell. colonnes: more columns, as SQL. retenue: some defects hold (`est_retenue`). #}
{% macro issues_des_lignes(source_nom, jeu, portee='jeu', cle=none, motif_cle=none, lues=none, colonnes=[], refus=none, retenue=none) %}
dedoublees as (
  select
    *,
    row_number() over (
      partition by {{ 'exercice_fichier, depot_fichier, ' if portee == 'fichier' }}(defaut_regle is null), {{ lues or cellules_lues(source_nom, jeu) }}
      order by fichier_id desc, ligne
    ) as rang
  from regles
),

identites as (
  select
    *,
    {% if cle %}
    count(*) filter (where defaut_regle is null and rang = 1) over (
      partition by {{ 'exercice_fichier, depot_fichier, ' if portee == 'fichier' }}{{ cle }}
    ) as nombre
    {% else %}
    1 as nombre
    {% endif %}
  from dedoublees
),

issues as (
  select
    *,
    case
      {% if retenue %}
      when est_retenue then 'retenu'
      {% endif %}
      when defaut_regle is not null then 'rejete'
      when rang > 1 then 'doublon'
      when nombre > 1 then 'rejete'
      {% if refus %}
      when {{ refus[0] }} then '{{ refus[2] or 'rejete' }}'
      {% endif %}
    end as rejet_statut,
    case
      when defaut_regle is not null then defaut_regle
      when rang > 1 then '|ligne répétée à l''identique (F7)'
      when nombre > 1 then {{ dbt.string_literal(dbt.escape_single_quotes(motif_cle or '')) }}
      {% if refus %}
      when {{ refus[0] }} then {{ dbt.string_literal(dbt.escape_single_quotes(refus[1])) }}
      {% endif %}
    end as issue
  from identites
)

select
  fichier_id, ligne, fichier, sha256, exercice_fichier, depot_fichier,
  exercice_fichier as rejet_exercice,
  {{ cellules_lues(source_nom, jeu) }},
  {% for c in colonnes %}
  {{ c }},
  {% endfor %}
  nullif(split_part(issue, '|', 1), '') as rejet_colonne,
  substr(issue, strpos(issue, '|') + 1) as rejet_motif,
  rejet_statut,
  rejet_statut is null as comptee
from issues
{% endmacro %}
