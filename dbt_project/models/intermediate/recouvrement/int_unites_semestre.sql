-- Weighted units per exercice × semestre × dispositif × adherent.
select
  exercice,
  semestre,
  dispositif,
  siret_adherent,
  sum(unites) as unites
from {{ ref('int_unites') }}
group by exercice, semestre, dispositif, siret_adherent
