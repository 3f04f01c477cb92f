{# The cell at fault that a reader may be shown (S2, K9), as delivered: of agents none; of other persons an amount, a
   year, a day, an account or a value of a list that its type reads: anything else could be a name. No amount of pay either (K8):
   of the payroll file, of the balance, or of a line of an account of pay. `colonne`: SQL of the header at fault, `brut`: alias of the row of brut. #}
{% macro valeur_montrable(source_nom, jeu, colonne, brut='b') -%}
{%- set entetes, typees, chiffres, montants = [], [], [], [] -%}
{%- set meta = meta_du_jeu(source_nom, jeu) -%}
{%- set compte = {'mandats': 'nature', 'titres': 'nature', 'pes': 'nature'}.get(jeu) -%}
{%- for c in colonnes_du_jeu(source_nom, jeu) -%}
  {%- set entete = dbt.string_literal(c.meta.entete or c.nom) -%}
  {%- set lue = c.meta.lecture in ('montant', 'nombre', 'annee', 'date', 'compte', 'enumeration') -%}
  {%- set code = meta.personnes and not lue and c.nom == 'typbord' -%}
  {%- set paie = c.meta.lecture in ('montant', 'nombre') and (compte or jeu in ('masse_salariale', 'balance')) -%}
  {%- set montree = not meta.agents and (not meta.personnes or lue or code) and (compte or not paie) -%}
  {#- no header holds it -#}
  {%- do entetes.append(entete if montree else "'|'") -%}
  {%- do typees.append(brut ~ '.' ~ c.nom ~ '::text') -%}
  {%- if code -%}{%- do chiffres.append(entete) -%}{%- endif -%}
  {%- if montree and paie -%}{%- do montants.append(entete) -%}{%- endif -%}
{%- endfor -%}
{%- set rang -%}array_position(array[{{ entetes | join(', ') }}]::text[], {{ colonne }}){%- endset -%}
{#- what its typed column says is not said again there; of no jeu without agents is a cell hidden under a typed value -#}
{%- set cellule -%}
coalesce(nullif((string_to_array({{ brut }}.delivre, U&'\001F'))[{{ rang }}], ''), (array[{{ typees | join(', ') }}])[{{ rang }}])
{%- endset -%}
{%- if entetes | unique | list == ["'|'"] -%}
null::text
{%- elif chiffres or montants -%}
case
    {% if chiffres %}
    when {{ colonne }} in ({{ chiffres | join(', ') }}) and {{ cellule }} !~ '^[0-9]{1,12}$' then null
    {% endif %}
    {% if montants %}
    when {{ colonne }} in ({{ montants | join(', ') }}) and {{ compte_de_paie(brut ~ '.' ~ compte) }} then null
    {% endif %}
    else {{ cellule }}
  end
{%- else -%}
{{ cellule }}
{%- endif -%}
{%- endmacro %}
