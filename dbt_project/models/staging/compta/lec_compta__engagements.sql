-- R23a: a row is of its month alone.
{% set du_mois = 'exercice_fichier, mois_fichier, ' %}
{{ lecture(
  'compta', 'engagements', lues=du_mois ~ cellules_lues('compta', 'engagements'), cle=du_mois ~ 'numero, axe_analytique, nature',
  motif_cle="Numéro|deux lignes différentes d'un même engagement, axe et compte (R23a)", colonnes=['mois_fichier']
) }}
