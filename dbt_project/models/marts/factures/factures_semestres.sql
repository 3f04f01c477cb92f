-- Bounds of each semestre: a document is dated by its last day, never by the clock.
select
  {{ version_courante() }} as version,
  exercice,
  semestre,
  debut,
  fin,
  seuil_titre::numeric(15, 2) as seuil_titre
from {{ ref('int_semestres') }}
where exercice in {{ exercices_demandes() }}
