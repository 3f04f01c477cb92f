-- R22: the situation that a build stops at, and the whole year before it.
select
  exercice::integer as exercice,
  mois::integer as mois,
  dispositif::text as dispositif,
  libelle::text as libelle,
  etp::numeric(12, 6) as etp,
  {% for montant in ['cout_personnel', 'cout_fonctionnement', 'amortissements', 'subventions', 'reprises', 'cout_net', 'recettes'] %}
  {{ montant }}::numeric(15, 2) as {{ montant }},
  {% endfor %}
  exercice_prix::integer as exercice_prix,
  sans_cout::text as sans_cout
from {{ ref('int_situations') }}
