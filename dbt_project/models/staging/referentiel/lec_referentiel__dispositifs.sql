{% call lecture('referentiel', 'dispositifs') %}
  when c.code in {{ codes_reserves() }} then 'Code|code réservé (G1)'
{% endcall %}
