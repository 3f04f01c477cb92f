-- R19a, in the order of its rules; an empty dispositif is the whole schéma, for a rate alone.
{% call lecture('referentiel', 'hypotheses') %}
  when {{ mot_replie('c.scenario') }} = 'constate' then 'Scénario|constate est calculé, aucune hypothèse ne porte ce nom (R19a)'
  {{ motif_dispositif('c.dispositif is not null and') }}
  when c.dispositif is null and right(c.mesure, 4) <> '_pct' then 'Dispositif|dispositif absent : seul un taux (…_pct) vaut pour tous (R19a)'
  when c.mesure = 'etp' and c.categorie is null then 'Catégorie|catégorie absente pour des ETP (R19a)'
  when c.mesure = 'investissement' and (c.duree >= 1 and c.duree = trunc(c.duree)) is not true
    then 'Durée|nombre entier d''années attendu pour un investissement, 1 au moins (R19a)'
  when right(c.mesure, 4) = '_pct' and c.valeur <= -100 then 'Valeur|taux de −100 % ou moins (R19a)'
  when c.mesure = 'investissement' and c.valeur <= 0 then 'Valeur|valeur brute d''un investissement supérieure à 0 attendue (R19a)'
  when right(c.mesure, 4) <> '_pct' and c.effet is not null then 'Effet|effet d''une mesure qui n''est pas un taux (…_pct) : à laisser vide (R19a)'
{% endcall %}
