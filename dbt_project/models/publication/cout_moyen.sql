select
  {{ version_courante() }} as version,
  exercice,
  categorie,
  groupe,
  etpt::numeric(18, 6) as etpt,
  etpt_groupe::numeric(18, 6) as etpt_groupe,
  cout_moyen::numeric(20, 6) as cout_moyen,
  cout_structure::numeric(20, 6) as cout_structure
from {{ ref('mart_cout_moyen') }}
where exercice in {{ exercices_demandes() }}
