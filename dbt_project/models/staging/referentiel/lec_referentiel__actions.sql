-- An empty dispositif is the whole schéma.
{% call lecture('referentiel', 'actions') %}
  {{ motif_dispositif('c.dispositif is not null and') }}
{% endcall %}
