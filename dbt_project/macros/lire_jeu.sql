{# Cells of a jeu read as the registry says: one typed column each, and `defaut` (« en-tête|motif »),
   the first cell that can't be read. Iterates the generated sources, so a column added to the
   registry is read without touching a model. #}

{% macro colonnes_du_jeu(source_nom, jeu) %}
  {% set colonnes = [] %}
  {% if execute %}
    {% for noeud in graph.sources.values() if noeud.source_name == source_nom and noeud.name == jeu %}
      {% for c in noeud.columns.values() if (c.config.meta or c.meta).lecture %}
        {% do colonnes.append({'nom': c.name, 'meta': c.config.meta or c.meta}) %}
      {% endfor %}
    {% endfor %}
  {% endif %}
  {{ return(colonnes) }}
{% endmacro %}

{% macro cellule_vide(nom, lecture) -%}
  {%- if lecture in ('montant', 'nombre', 'pourcentage', 'entier') -%} lecture.vide(b.{{ nom }})
  {%- else -%} lecture.blanche(b.{{ nom }})
  {%- endif -%}
{%- endmacro %}

{# What is said of a cell that is stated and can't be read; none for a type that reads any text. #}
{% macro motif_illisible(meta) -%}
  {%- set motifs = {
    'montant': 'montant illisible (deux décimales au plus, sans point des milliers ni signe %, C1)',
    'nombre': 'nombre illisible (six décimales au plus, sans signe %, C1)',
    'pourcentage': 'pourcentage illisible (six décimales au plus, C1)',
    'entier': 'nombre entier attendu (C1)',
    'annee': 'année sur quatre chiffres attendue (G1)',
    'date': 'date illisible (jj/mm/aaaa, aaaa-mm-jj ou aaaammjj, sans heure, C3)',
    'duree': 'durée illisible (3,50, 03:30 ou 3h30, C8)',
    'compte': 'compte de 2 à 12 chiffres attendu (C11)',
    'siret': 'SIRET dont la clé est fausse (C6)',
    'siren': 'SIREN sur neuf chiffres attendu (C13)',
  } -%}
  {%- if meta.lecture == 'enumeration' and not meta.inconnue_vide -%}
    valeur inconnue (attendu : {{ meta.valeurs | join(", ") }}) (C7), à corriger ou à traduire par correspondances (F16)
  {%- else -%}
    {{ motifs.get(meta.lecture, '') }}
  {%- endif -%}
{%- endmacro %}

{% macro lire_jeu(source_nom, jeu) %}
{% set colonnes = colonnes_du_jeu(source_nom, jeu) %}
select
  l.*,
  coalesce(
    case
    {% for c in colonnes %}
      when l.defauts like '{{ c.nom }}|%' then {{ dbt.string_literal(c.meta.entete or c.nom) }} || substr(l.defauts, {{ c.nom | length + 1 }})
    {% endfor %}
      else l.defauts
    end,
    case
    {% for c in colonnes %}
      {% set entete = (c.meta.entete or c.nom) | replace("'", "''") %}
      {% if c.meta.obligatoire %}
      when l.{{ c.nom }} is null and l.{{ c.nom }}_vide then '{{ entete }}|cellule obligatoire vide ({{ 'C2' if c.meta.lecture in ('montant', 'nombre', 'pourcentage', 'entier') else 'G1' }})'
      {% endif %}
      {% set motif = motif_illisible(c.meta) | trim | replace("'", "''") %}
      {% if motif %}
      when l.{{ c.nom }} is null and not l.{{ c.nom }}_vide then '{{ entete }}|{{ motif }}'
      {% endif %}
      {% if c.meta.lecture in ('montant', 'nombre', 'pourcentage') %}
      -- sums of larger ones would not hold in a published numeric(15, 2)
      when abs(l.{{ c.nom }}) >= 100000000000 then '{{ entete }}|nombre de plus de onze chiffres avant la virgule (C1)'
      {% endif %}
    {% endfor %}
      when false then null
    end
  ) as defaut
from (
  select
    b.fichier_id,
    b.ligne,
    b.defauts,
    f.chemin as fichier,
    f.sha256,
    f.periode,
    f.exercice as exercice_fichier,
    f.mois as mois_fichier,
    f.semestre as semestre_fichier,
    f.depot as depot_fichier
    {% for c in colonnes %}
    , {{ c.meta.sql }} as {{ c.nom }}
    , {{ cellule_vide(c.nom, c.meta.lecture) }} as {{ c.nom }}_vide
    {% endfor %}
  from {{ source(source_nom, jeu) }} as b
  inner join {{ ref('stg_journal__fichiers') }} as f using (fichier_id)
  offset 0
) as l
{% endmacro %}

{# Cells of a jeu as a list, for « all cells equal once read » (F7). #}
{% macro cellules_lues(source_nom, jeu, sauf=[]) -%}
  {%- set noms = [] -%}
  {%- for c in colonnes_du_jeu(source_nom, jeu) if c.nom not in sauf -%}{%- do noms.append(c.nom) -%}{%- endfor -%}
  {{ noms | join(', ') if noms else 'ligne' }}
{%- endmacro %}
