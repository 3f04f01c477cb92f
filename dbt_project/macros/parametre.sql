{# What a parameter is worth when the referentiel says nothing of it: no default stands anywhere else. #}
{% macro valeur_par_defaut(nom) -%}
  {{ return({
    'methode_etp': "'R'",
    'heures_reference': '1607',
    'base_jours': "'reel'",
    'structure_personnel': "'non'",
    'grand_livre_complet': "'non'",
    'dispositif_cam': "'CAM'",
    'seuil_effectif': '5',
    'seuil_titre': '15.00',
    'montant': "'TTC'",
    'base_opposable': "'non'",
    'part_rejets_max': '5',
    'perte_livraison_max': '40',
    'baisse_livraison_max': '30',
    'mois_creux_min': '60',
    'recul_annuel_max': '40',
    'hausse_hors_max': '30',
  }.get(nom)) }}
{%- endmacro %}

{# The value of a dated parameter on a day, else its default; one row is taken when two overlap (control
   periodes_chevauchantes). `precision`: SQL of what follows « nom: » in the name of the parameter. #}
{% macro parametre(nom, jour, colonne='valeur', precision=none) -%}
{%- set defaut = valeur_par_defaut(nom) -%}
{{ 'coalesce(' if defaut }}(
    select p.{{ colonne }} from {{ ref('stg_referentiel__parametres') }} as p
    where p.parametre = {% if precision %}'{{ nom }}:' || {{ precision }}{% else %}'{{ nom }}'{% endif %}

      and {{ en_vigueur('p', jour) }}
    order by p.debut desc limit 1
  ){{ ', ' ~ defaut ~ ')' if defaut }}
{%- endmacro %}

{% macro parametre_numerique(nom, jour, precision=none) -%}
{{ parametre(nom, jour, 'valeur_numerique', precision) }}
{%- endmacro %}

{# Parameters that bound what a delivery, a month, a source may lose, and what reserved keys may take out, as SQL texts. #}
{% macro bornes_de_completude() -%}
'perte_livraison_max', 'baisse_livraison_max', 'mois_creux_min', 'recul_annuel_max', 'hausse_hors_max', 'part_hors_max'
{%- endmacro %}

{# Parameters that are a year, as SQL texts: a model casts them to an integer. #}
{% macro parametres_annees() -%}
'horizon_prevision', 'exercice_base'
{%- endmacro %}

{# A word as C7 compares it: without case, accents or spaces around. #}
{% macro mot_replie(texte) -%}
lower(regexp_replace(normalize(trim({{ texte }}), nfd), '[\u0300-\u036f]', '', 'g'))
{%- endmacro %}
