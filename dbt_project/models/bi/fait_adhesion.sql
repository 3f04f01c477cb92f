select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  siret_adherent as siret,
  jours::integer as jours,
  active_31_12,
  entree,
  sortie,
  exercice || '|' || dispositif as cle_dispositif,
  exercice || '|' || siret_adherent as cle_adherent
from {{ ref('int_jours_adhesion') }}
where exercice in {{ exercices_demandes() }}
