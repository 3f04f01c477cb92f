{% call lecture('referentiel', 'justifications') %}
  when c.controle not in (select x.controle from {{ ref('controles_index') }} as x) then 'Contrôle|contrôle inconnu de l''index (G5)'
  when c.controle not in (select x.controle from {{ ref('controles_index') }} as x where x.justifiable)
    then 'Contrôle|ce contrôle ne se justifie pas : corriger le fichier du référentiel (G5)'
{% endcall %}
