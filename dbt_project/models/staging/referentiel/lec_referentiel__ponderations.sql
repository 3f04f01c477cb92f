{% call lecture('referentiel', 'ponderations') %}
  {{ motif_dispositif() }}
{% endcall %}
