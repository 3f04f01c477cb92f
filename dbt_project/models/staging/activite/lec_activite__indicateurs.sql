{% call lecture(
  'activite', 'indicateurs', cle='exercice, dispositif, indicateur',
  motif_cle="Indicateur|deux lignes différentes pour un même indicateur d'un dispositif (R15)"
) %}
  {{ motif_dispositif('c.dispositif is not null and') }}
{% endcall %}
