-- An empty dispositif is the whole bilan.
{% call lecture('referentiel', 'textes') %}
  {{ motif_dispositif('c.dispositif is not null and') }}
{% endcall %}
