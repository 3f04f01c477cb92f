-- R22: the situation that a build stops at, and the whole year before it.
select
  s.exercice::integer as exercice,
  s.mois::integer as mois,
  s.dispositif::text as dispositif,
  s.libelle::text as libelle,
  d.thematique::text as thematique,
  s.etp::numeric(12, 6) as etp,
  {% for montant in ['cout_personnel', 'cout_fonctionnement', 'amortissements', 'subventions', 'reprises', 'cout_net', 'recettes'] %}
  s.{{ montant }}::numeric(15, 2) as {{ montant }},
  {% endfor %}
  s.exercice_prix::integer as exercice_prix,
  s.sans_cout::text as sans_cout,
  (select coalesce(bool_or(g.restreint), false) from {{ ref('int_groupes_lus') }} as g where g.lu) as restreinte
from {{ ref('int_situations') }} as s
left join {{ ref('int_dispositifs_exercice') }} as d using (exercice, dispositif)
where s.exercice >= (select max(c.exercice) - 1 from {{ ref('stg_journal__construction') }} as c)
