-- PES lines as delivered and those rejected, by Exer and sens (G13); lines of another collectivité are in neither
-- number, a line whose Exer can't be read has no exercice and counts under each one asked.
select
  rejet_exercice as exercice,
  sens,
  count(*) as lignes,
  count(*) filter (where rejet_statut = 'rejete') as rejetees
from {{ ref('lec_compta__ecritures') }}
where origine = 'pes' and rejet_colonne is distinct from 'IdColl'
group by rejet_exercice, sens
