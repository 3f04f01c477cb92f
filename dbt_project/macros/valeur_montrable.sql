{# The cell at fault that a reader may be shown (S2, K9): of `rh` none; of `compta` an amount, a date, an account or an
   enumeration, in a form that its column allows: anything else could be a name. `colonne`: SQL of the header at fault,
   `brut`: alias of the row as delivered, which is b. #}
{% macro valeur_montrable(source_nom, jeu, colonne, brut='b') -%}
{%- set montrees = [] -%}
{%- for c in colonnes_du_jeu(source_nom, jeu) if c.meta.lecture not in ('pseudonyme', 'personnel', 'empreinte') -%}
  {%- if source_nom not in ('rh', 'compta') -%}
    {%- do montrees.append((c, 'true')) -%}
  {%- elif source_nom == 'compta' and c.meta.lecture in ('montant', 'nombre', 'annee', 'date', 'compte', 'enumeration') -%}
    {%- do montrees.append((c, '(' ~ c.meta.sql ~ ') is not null')) -%}
  {%- elif source_nom == 'compta' and c.nom in ('typbord', 'typpce') -%}
    {%- do montrees.append((c, brut ~ '.' ~ c.nom ~ " ~ '^[0-9]{1,2}$'")) -%}
  {%- elif source_nom == 'compta' and c.nom == 'compte' -%}
    {%- do montrees.append((c, 'lecture.compte(' ~ brut ~ '.compte) is not null')) -%}
  {%- endif -%}
{%- endfor -%}
{%- if montrees -%}
case {{ colonne }}
    {% for c, permise in montrees %}
    when {{ dbt.string_literal(c.meta.entete or c.nom) }}
      then {% if permise == 'true' %}{{ hors_paie(jeu, c, brut) }}{% else %}case when {{ permise }} then {{ hors_paie(jeu, c, brut) }} end{% endif %}

    {% endfor %}
  end
{%- else -%}
null::text
{%- endif -%}
{%- endmacro %}

{# A cell of a rejected line; NULL for an amount of pay (K8): of the payroll file, or of a line of an account of pay.
   `colonne`: of the registry, `brut`: alias of the row as delivered. #}
{% macro hors_paie(jeu, colonne, brut) -%}
{%- set compte = {'mandats': 'nature', 'titres': 'nature', 'pes': 'nature', 'balance': 'compte'}.get(jeu) -%}
{%- if colonne.meta.lecture not in ('montant', 'nombre') or not (compte or jeu == 'masse_salariale') -%}
{{ brut }}.{{ colonne.nom }}
{%- elif compte -%}
case when not {{ compte_de_paie(brut ~ '.' ~ compte) }} then {{ brut }}.{{ colonne.nom }} end
{%- else -%}
null
{%- endif -%}
{%- endmacro %}
