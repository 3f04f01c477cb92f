select
  exercice,
  semestre,
  dispositif,
  siret_adherent as siret,
  type_unite,
  sum(quantite) as quantite,
  sum(unites) as quantite_ponderee
from {{ ref('recours') }}
group by exercice, semestre, dispositif, siret_adherent, type_unite
