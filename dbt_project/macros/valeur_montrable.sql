{# The cell at fault that a reader may be shown (S2, K9), as delivered: of agents none; of other persons an amount, a
   year, a day, an account or a value of a list that its type reads: anything else could be a name. `colonne`: SQL of the header at
   fault, `brut`: alias of the row of brut. #}
{% macro valeur_montrable(source_nom, jeu, colonne, brut='b') -%}
{%- set montrees = [] -%}
{%- set meta = meta_du_jeu(source_nom, jeu) -%}
{%- for c in colonnes_du_jeu(source_nom, jeu) -%}
  {%- set cellule = 'nullif(split_part(' ~ brut ~ ".delivre, U&'\\001F', " ~ loop.index ~ "), '')" -%}
  {%- if not (meta.personnes or meta.agents) -%}
    {%- do montrees.append((c, cellule)) -%}
  {%- elif not meta.agents and c.meta.lecture in ('montant', 'nombre', 'annee', 'date', 'compte', 'enumeration') -%}
    {%- do montrees.append((c, cellule)) -%}
  {%- elif not meta.agents and c.nom in ('typbord', 'typpce', 'compte') -%}
    {%- do montrees.append((c, 'case when ' ~ cellule ~ " ~ '^[0-9]{1,12}$' then " ~ cellule ~ ' end')) -%}
  {%- endif -%}
{%- endfor -%}
{%- if montrees -%}
case {{ colonne }}
    {% for c, cellule in montrees %}
    when {{ dbt.string_literal(c.meta.entete or c.nom) }} then {{ hors_paie(jeu, c, brut, cellule) }}
    {% endfor %}
  end
{%- else -%}
null::text
{%- endif -%}
{%- endmacro %}

{# A cell of a rejected line; NULL for an amount of pay (K8): of the payroll file, or of a line of an account of pay. #}
{% macro hors_paie(jeu, colonne, brut, cellule) -%}
{%- set compte = {'mandats': 'nature', 'titres': 'nature', 'pes': 'nature', 'balance': 'compte'}.get(jeu) -%}
{%- if colonne.meta.lecture not in ('montant', 'nombre') or not (compte or jeu == 'masse_salariale') -%}
{{ cellule }}
{%- elif compte -%}
{{ montant_hors_paie(cellule, brut ~ '.' ~ compte) }}
{%- else -%}
null
{%- endif -%}
{%- endmacro %}
