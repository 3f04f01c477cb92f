-- Titres of the exercice that adherents paid or owe, by dispositif and period (R7i): those that an invoice is titled by already,
-- the one that a reduction names, and the account that a dispositif is titled on.
select
  {{ version_courante() }} as version,
  exercice, budget, bordereau, piece, ligne_piece, type_piece, date_emission,
  siret as siret_adherent,
  dispositif, periode_exercice, periode_semestre,
  compte as nature,
  montant::numeric(15, 2) as montant
from {{ ref('int_recettes') }}
where
  nature = 'recette'
  and siret in (select a.siret from {{ ref('stg_referentiel__adherents') }} as a)
  and exercice in {{ exercices_demandes() }}
