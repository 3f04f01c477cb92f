select
  exercice,
  semestre,
  dispositif,
  siret_adherent as siret,
  type_unite,
  sum(quantite) as quantite,
  sum(unites) as quantite_ponderee,
  exercice || '|' || dispositif as cle_dispositif,
  exercice || '|' || siret_adherent as cle_adherent
from {{ ref('recours') }}
group by exercice, semestre, dispositif, siret_adherent, type_unite
