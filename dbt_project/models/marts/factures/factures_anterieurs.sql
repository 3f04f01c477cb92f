-- What is titled of the semestres of former exercices (R7i), as this build reads the ledgers: what was published of them
-- does not know a titre issued since, of a carry-over.
select
  {{ version_courante() }} as version,
  e.exercice,
  r.exercice as periode_exercice,
  r.semestre as periode_semestre,
  r.dispositif,
  r.siret_adherent,
  r.montant_titre::numeric(15, 2) as montant_titre
from {{ ref('int_recouvrement') }} as r
inner join {{ exercices_demandes() }} as e on r.exercice < e.exercice
where r.a_titrer <> 0
