-- Titres of the exercice that adherents paid or owe, by dispositif and period (R7i): the one that a reduction names,
-- and the account that a dispositif is titled on.
select
  {{ version_courante() }} as version,
  e.exercice,
  e.budget,
  e.bordereau,
  e.piece,
  ligne_piece,
  e.type_piece,
  r.siret as siret_adherent,
  r.dispositif,
  r.periode_exercice,
  r.periode_semestre,
  e.nature,
  r.montant::numeric(15, 2) as montant
from {{ ref('int_recettes') }} as r
inner join {{ ref('stg_compta__ecritures') }} as e using (fichier_id, ligne, rang_bordereau, rang_piece, ligne_piece)
where
  r.nature = 'recette'
  and r.siret in (select a.siret from {{ ref('stg_referentiel__adherents') }} as a)
  and e.exercice in {{ exercices_demandes() }}
