-- fait_recette by month of account, day of issue and mode: a fee kept back (R6f) is a receipt that no titre asks for.
select
  {{ version_courante() }} as version,
  exercice, mois, emission, dispositif, siret, type_adherent,
  montant::numeric(15, 2) as montant,
  mode,
  mode = 'titre' as titrable,
  make_date(exercice, mois, 1) as jour,
  exercice || '|' || dispositif as cle_dispositif,
  exercice || '|' || siret as cle_adherent
from {{ ref('int_recettes_adherents') }}
where
  (exercice, dispositif) in (select c.exercice, c.dispositif from {{ ref('int_couts') }} as c)
  and exercice in {{ exercices_demandes() }}
