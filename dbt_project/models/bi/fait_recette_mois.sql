-- fait_recette by month of account and day of issue.
select
  {{ version_courante() }} as version,
  exercice, mois, emission, dispositif, siret, type_adherent,
  montant::numeric(15, 2) as montant
from {{ ref('int_recettes_adherents') }}
where
  (exercice, dispositif) in (select c.exercice, c.dispositif from {{ ref('int_couts') }} as c)
  and exercice in {{ exercices_demandes() }}
