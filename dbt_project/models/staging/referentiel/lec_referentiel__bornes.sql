{% call lecture('referentiel', 'bornes') %}
  {{ motif_dispositif("c.dispositif <> 'TOTAL' and") }}
  when c.mesure in ('{{ indicateurs() | join("', '") }}')
    then case when c.dispositif is not null then 'Dispositif|un indicateur vaut pour l''EPCI : laisser le dispositif vide (G1)' end
  when c.mesure not in ({{ mesures_d_un_dispositif() }}) then 'Mesure|mesure inconnue des relations publiées (G1)'
{% endcall %}
