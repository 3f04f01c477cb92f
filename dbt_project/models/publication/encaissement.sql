-- R13: what was titled, what is left to collect of it, by dispositif and adherent; only where the accountant's list is there. Fees
-- kept back and 673 are in neither.
select
  {{ version_courante() }} as version,
  r.exercice,
  r.dispositif,
  a.siret as siret_adherent,
  sum(r.montant)::numeric(15, 2) as montant_titre,
  (sum(r.montant) - sum(coalesce(p.reste, 0)))::numeric(15, 2) as encaisse,
  sum(coalesce(p.reste, 0))::numeric(15, 2) as reste_a_recouvrer,
  f.au
from {{ ref('stg_compta__restes_livres') }} as f
inner join {{ ref('int_recettes') }} as r on f.exercice = r.exercice and r.nature = 'recette'
left join {{ ref('int_restes_parts') }} as p using (fichier_id, ligne, rang_bordereau, rang_piece, ligne_piece)
left join (select distinct s.siret from {{ ref('stg_referentiel__adherents') }} as s) as a on r.siret = a.siret
where f.au is not null and f.exercice in {{ exercices_demandes() }}
group by r.exercice, r.dispositif, a.siret, f.au
