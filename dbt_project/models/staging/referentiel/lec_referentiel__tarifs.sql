{% call lecture('referentiel', 'tarifs') %}
  {{ motif_dispositif() }}
{% endcall %}
