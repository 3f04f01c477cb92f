-- Receipts of the synthèse only: those of a dispositif that the exercice does not value are in no relation.
select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  origine,
  montant::numeric(15, 2) as montant
from {{ ref('int_recettes_origine') }}
where
  (exercice, dispositif) in (select c.exercice, c.dispositif from {{ ref('int_couts') }} as c)
  and exercice in {{ exercices_demandes() }}
