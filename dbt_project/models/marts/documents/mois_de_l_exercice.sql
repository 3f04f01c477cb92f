-- R22b: where a published exercice stood at the end of each of its months, at its own mean costs.
select
  {{ version_courante() }} as version,
  exercice::integer as exercice,
  mois::integer as mois,
  dispositif,
  etp::numeric(12, 6) as etp,
  {% for montant in ['cout_personnel', 'cout_fonctionnement', 'amortissements', 'subventions', 'reprises', 'cout_net', 'recettes'] %}
  {{ montant }}::numeric(15, 2) as {{ montant }}{{ ',' if not loop.last }}
  {% endfor %}
from {{ ref('int_situations') }}
where exercice in {{ exercices_demandes() }}
