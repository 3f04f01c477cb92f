select
  exercice,
  dispositif,
  indicateur,
  libelle,
  valeur,
  unite,
  source
from {{ ref('indicateur_declare') }}
