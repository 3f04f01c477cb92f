{% call lecture('referentiel', 'cles_analytiques') %}
  {{ motif_dispositif("c.dispositif not in " ~ cles_hors_dispositif() ~ " and") }}
{% endcall %}
