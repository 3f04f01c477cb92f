-- R23a: a row is of its month alone.
{% set du_mois = 'exercice_fichier, mois_fichier, ' %}
{% call lecture(
  'activite', 'projections', lues=du_mois ~ cellules_lues('activite', 'projections'), cle=du_mois ~ 'dispositif, composante',
  motif_cle="Composante|deux lignes différentes pour une même composante d'un dispositif (R23a)", colonnes=['mois_fichier']
) %}
  {{ motif_dispositif() }}
{% endcall %}
