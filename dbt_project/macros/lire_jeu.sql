{# Rows of a jeu in the typed columns of `brut`, read once when their file landed, with what the name of the file says.
   `defaut`: « en-tête|motif » of what rejects the row already. A column added to the registry is there without an edit. #}

{# Columns of the registry, in the order of `delivre`: those read a second time come last and have no header. #}
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

{# What the registry says of a jeu: its rules ([{si, faute, issue}]), whether its rows may be about persons, about agents. #}
{% macro meta_du_jeu(source_nom, jeu) %}
  {% set meta = {} %}
  {% if execute %}
    {% for noeud in graph.sources.values() if noeud.source_name == source_nom and noeud.name == jeu %}
      {% do meta.update(noeud.config.meta or noeud.meta) %}
    {% endfor %}
  {% endif %}
  {{ return(meta) }}
{% endmacro %}

{# « en-tête|motif » of the first rule of the registry that a row breaks, NULL when it breaks none. #}
{% macro faute_de_regle(source_nom, jeu, issue='rejete') -%}
case
    {% for r in meta_du_jeu(source_nom, jeu).get('regles', []) if r.get('issue', 'rejete') == issue %}
    when {{ r.si }} then {{ dbt.string_literal(dbt.escape_single_quotes(r.faute)) }}
    {% endfor %}
    when false then null
  end
{%- endmacro %}

{% macro lire_jeu(source_nom, jeu) %}
select
  *,
  coalesce(defauts, {{ faute_de_regle(source_nom, jeu) }}) as defaut
from (
  select
    b.fichier_id, b.ligne, b.defauts,
    f.chemin as fichier,
    f.sha256,
    f.rang_periode,
    f.exercice as exercice_fichier,
    f.mois_debut as mois_debut_fichier,
    f.mois as mois_fichier,
    f.semestre as semestre_fichier,
    f.depot as depot_fichier
    {# a code that landed as a digest, for nothing named it yet, and that the referentiel has named since (K9) #}
    {% set colonnes, codes = colonnes_du_jeu(source_nom, jeu), [] %}
    {% for c in colonnes if c.meta.lecture == 'code' and meta_du_jeu(source_nom, jeu).get('personnes') %}{% do codes.append(c.nom) %}{% endfor %}
    {% for c in colonnes %}
    , {{ 'coalesce(n_%s.code, b.%s) as %s' % (c.nom, c.nom, c.nom) if c.nom in codes else 'b.' ~ c.nom }}
    {% endfor %}
  from {{ source(source_nom, jeu) }} as b
  inner join {{ ref('stg_journal__fichiers') }} as f on b.fichier_id = f.fichier_id
  {% for code in codes %}
  left join {{ source('journal', 'codes_nommes') }} as n_{{ code }} on b.{{ code }} = n_{{ code }}.masque
  {% endfor %}
) as l
{% endmacro %}

{# Cells of a jeu as a list, for « all cells equal once read » (F7). #}
{% macro cellules_lues(source_nom, jeu, sauf=[]) -%}
  {%- set noms = [] -%}
  {%- for c in colonnes_du_jeu(source_nom, jeu) if c.nom not in sauf -%}{%- do noms.append(c.nom) -%}{%- endfor -%}
  {{ noms | join(', ') if noms else 'ligne' }}
{%- endmacro %}
