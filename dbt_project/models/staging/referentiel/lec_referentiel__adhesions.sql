{% call lecture('referentiel', 'adhesions') %}
  {{ motif_dispositif() }}
  {{ motif_adherent() }}
{% endcall %}
