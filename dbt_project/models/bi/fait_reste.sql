-- R13: what is left to collect, by the day of the titre and the semestre that it bills (R7i): the lines of `encaissement`.
select
  {{ version_courante() }} as version,
  r.exercice,
  r.periode_exercice as exercice_service,
  r.periode_semestre as semestre,
  r.dispositif, a.siret,
  r.date_emission as emission,
  sum(p.reste)::numeric(15, 2) as reste_a_recouvrer,
  f.au,
  r.exercice || '|' || r.dispositif as cle_dispositif,
  r.exercice || '|' || a.siret as cle_adherent
from {{ ref('stg_compta__restes_livres') }} as f
inner join {{ ref('int_recettes') }} as r on f.exercice = r.exercice and r.nature = 'recette'
inner join {{ ref('int_restes_parts') }} as p using (fichier_id, ligne, rang_bordereau, rang_piece, ligne_piece)
left join (select distinct s.siret from {{ ref('stg_referentiel__adherents') }} as s) as a on r.siret = a.siret
where p.reste <> 0 and f.au is not null and f.exercice in {{ exercices_demandes() }}
group by r.exercice, r.periode_exercice, r.periode_semestre, r.dispositif, a.siret, r.date_emission, f.au
