select
  exercice,
  dispositif,
  indicateur,
  libelle,
  valeur,
  unite,
  source,
  exercice || '|' || dispositif as cle_dispositif
from {{ ref('indicateur_declare') }}
