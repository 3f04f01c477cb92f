{# The cell at fault that a reader may be shown: an amount, a date, an account or a short code, written in figures, up to three letters
   astray among them (10,5O, 611A, 12 EUR: K9); anything else could be a name. `colonne`: SQL of the header at fault, `brut`: alias of the row as delivered,
   `chiffrees`: columns of codes that are figures. #}
{% macro valeur_montrable(source_nom, jeu, colonne, brut, chiffrees=['nature', 'typbord', 'typpce', 'idcoll']) -%}
substring(
    case {{ colonne }}
    {% for c in colonnes_du_jeu(source_nom, jeu) if c.meta.lecture in ('montant', 'nombre', 'entier', 'annee', 'date', 'compte') or c.nom in chiffrees %}
      when {{ dbt.string_literal(c.meta.entete or c.nom) }} then {{ hors_paie(jeu, c, brut) }}
    {% endfor %}
    end from '^(?=.*[0-9])(?=.{1,20}$)[-+0-9\s.,/:€%()]*[[:alpha:]]{0,3}[-+0-9\s.,/:€%()]*$'
  )
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
