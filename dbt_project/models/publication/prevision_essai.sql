select
  {{ version_courante() }} as version,
  exercice,
  exercice_base,
  dispositif,
  scenario,
  cout_prevu::numeric(15, 2) as cout_prevu,
  cout_constate::numeric(15, 2) as cout_constate,
  erreur::numeric(15, 2) as erreur,
  erreur_relative::numeric(18, 6) as erreur_relative,
  etp_prevu::numeric(12, 6) as etp_prevu,
  etp_constate::numeric(12, 6) as etp_constate,
  recettes_prevues::numeric(15, 2) as recettes_prevues,
  recettes_constatees::numeric(15, 2) as recettes_constatees
from {{ ref('mart_prevision_essai') }}
where exercice in {{ exercices_demandes() }}
