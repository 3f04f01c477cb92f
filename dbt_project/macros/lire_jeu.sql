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

{% macro lire_cellule(nom, lecture) -%}
  {%- if lecture == 'montant' -%} lecture.montant(b.{{ nom }})
  {%- elif lecture == 'nombre' -%} lecture.nombre(b.{{ nom }}, 6)
  {%- elif lecture == 'entier' -%} lecture.entier(b.{{ nom }})
  {%- elif lecture == 'annee' -%} nullif(lecture.annee(b.{{ nom }}), 0)
  {%- elif lecture == 'date' -%} lecture.date(b.{{ nom }})
  {%- elif lecture == 'duree' -%} lecture.minutes(b.{{ nom }})
  {%- else -%} lecture.texte(b.{{ nom }})
  {%- endif -%}
{%- endmacro %}

{% macro cellule_vide(nom, lecture) -%}
  {%- if lecture in ('montant', 'nombre', 'entier') -%} lecture.vide(b.{{ nom }})
  {%- else -%} lecture.texte(b.{{ nom }}) is null
  {%- endif -%}
{%- endmacro %}

{% macro motif_illisible(meta) -%}
  {%- set motifs = {
    'montant': 'montant illisible (deux décimales au plus, sans point des milliers)',
    'nombre': 'nombre illisible (six décimales au plus)',
    'entier': 'nombre entier attendu',
    'annee': 'année sur quatre chiffres attendue',
    'date': 'date illisible (jj/mm/aaaa ou aaaa-mm-jj)',
    'duree': 'durée illisible (3,50, 03:30 ou 3h30)',
  } -%}
  {{ motifs.get(meta.lecture, 'valeur illisible') }}
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
      when l.{{ c.nom }} is null and l.{{ c.nom }}_vide then '{{ entete }}|cellule obligatoire vide'
      {% endif %}
      {% if c.meta.lecture in ('montant', 'nombre', 'entier', 'annee', 'date', 'duree') %}
      when l.{{ c.nom }} is null and not l.{{ c.nom }}_vide then '{{ entete }}|{{ motif_illisible(c.meta) | replace("'", "''") }}'
      {% endif %}
      {% if c.meta.lecture in ('montant', 'nombre') %}
      -- sums of larger ones would not hold in a published numeric(15, 2)
      when abs(l.{{ c.nom }}) >= 100000000000 then '{{ entete }}|nombre de plus de onze chiffres avant la virgule'
      {% elif c.meta.lecture == 'enumeration' %}
      when l.{{ c.nom }} is not null and l.{{ c.nom }} not in ({% for v in c.meta.valeurs %}{{ dbt.string_literal(v) }}{{ ', ' if not loop.last }}{% endfor %})
        then '{{ entete }}|valeur inconnue (attendu : {{ c.meta.valeurs | join(", ") | replace("'", "''") }})'
      {% elif c.meta.lecture == 'siret' %}
      when l.{{ c.nom }} is not null and not lecture.siret_valide(l.{{ c.nom }}) then '{{ entete }}|SIRET dont la clé est fausse'
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
    , {{ lire_cellule(c.nom, c.meta.lecture) }} as {{ c.nom }}
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
