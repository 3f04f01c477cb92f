-- Receipts of the synthèse only, as recettes_origine.
select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  siret,
  type_adherent,
  sum(montant)::numeric(15, 2) as montant,
  exercice || '|' || dispositif as cle_dispositif,
  exercice || '|' || siret as cle_adherent
from {{ ref('int_recettes_adherents') }}
where
  (exercice, dispositif) in (select c.exercice, c.dispositif from {{ ref('int_couts') }} as c)
  and exercice in {{ exercices_demandes() }}
group by exercice, dispositif, siret, type_adherent
