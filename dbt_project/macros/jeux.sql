{# Généré par `python outils/generation.py` : (source, jeu) of the registry. #}
{% macro jeux() -%}
  {{ return([
    ('activite', 'unites'),
    ('activite', 'indicateurs'),
    ('activite', 'projections'),
    ('cam', 'marches'),
    ('cam', 'decp'),
    ('cam', 'commandes'),
    ('cee', 'operations'),
    ('cee', 'ventes'),
    ('compta', 'mandats'),
    ('compta', 'titres'),
    ('compta', 'pes'),
    ('compta', 'etat_actif'),
    ('compta', 'balance'),
    ('compta', 'budget'),
    ('compta', 'engagements'),
    ('compta', 'restes_a_recouvrer'),
    ('referentiel', 'dispositifs'),
    ('referentiel', 'adherents'),
    ('referentiel', 'adhesions'),
    ('referentiel', 'populations'),
    ('referentiel', 'cles_analytiques'),
    ('referentiel', 'tarifs'),
    ('referentiel', 'ponderations'),
    ('referentiel', 'parametres'),
    ('referentiel', 'roles_comptes'),
    ('referentiel', 'justifications'),
    ('referentiel', 'bornes'),
    ('referentiel', 'correspondances'),
    ('referentiel', 'textes'),
    ('referentiel', 'actions'),
    ('referentiel', 'avis'),
    ('referentiel', 'hypotheses'),
    ('referentiel', 'attributions'),
    ('rh', 'agents'),
    ('rh', 'temps'),
    ('rh', 'masse_salariale'),
  ]) }}
{%- endmacro %}

{# (source, jeu, column that measures it). #}
{% macro mesures_des_jeux() -%}
  {{ return([
    ('activite', 'unites', 'quantite'),
    ('activite', 'projections', 'montant'),
    ('cam', 'commandes', 'montant_ht'),
    ('cee', 'ventes', 'volume_vendu'),
    ('compta', 'mandats', 'montant_ttc'),
    ('compta', 'titres', 'montant_ttc'),
    ('compta', 'etat_actif', 'valeur_brute'),
    ('compta', 'budget', 'montant'),
    ('compta', 'engagements', 'reste_engage'),
    ('rh', 'temps', 'duree'),
  ]) }}
{%- endmacro %}
