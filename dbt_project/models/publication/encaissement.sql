-- R13: what was titled, what is left to collect of it, by dispositif and adherent; only where the accountant's list is there. Fees
-- kept back and 673 are in neither.
select
  {{ version_courante() }} as version,
  l.exercice,
  l.dispositif,
  l.siret_adherent,
  l.montant_titre::numeric(15, 2) as montant_titre,
  (l.montant_titre - l.reste)::numeric(15, 2) as encaisse,
  l.reste::numeric(15, 2) as reste_a_recouvrer,
  f.au
from (
  select
    r.exercice,
    r.dispositif,
    a.siret as siret_adherent,
    sum(r.montant) as montant_titre,
    sum(coalesce(p.reste, 0)) as reste
  from {{ ref('int_recettes') }} as r
  left join {{ ref('int_restes_parts') }} as p using (fichier_id, ligne, rang_bordereau, rang_piece, ligne_piece)
  left join (select distinct s.siret from {{ ref('stg_referentiel__adherents') }} as s) as a on r.siret = a.siret
  where r.nature = 'recette'
  group by r.exercice, r.dispositif, a.siret
) as l
inner join {{ ref('stg_compta__restes_livres') }} as f on l.exercice = f.exercice and f.au is not null
where l.exercice in {{ exercices_demandes() }}
