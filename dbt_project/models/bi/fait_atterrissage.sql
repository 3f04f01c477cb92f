-- R22: where the last situation of an exercice landed it, published since or not; what was forecast is in fait_prevision.
select
  exercice, mois, dispositif,
  cout as atterrissage_cout,
  recettes as atterrissage_recettes,
  exercice not in (select exercice from {{ source('journal', 'publications') }}) as provisoire,
  exercice || '|' || dispositif as cle_dispositif
from {{ source('journal', 'atterrissages') }}
