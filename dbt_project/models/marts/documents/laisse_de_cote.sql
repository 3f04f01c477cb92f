-- What no figure counts, by exercice: said by the last line of each command. Absolute amounts: a loss does not net out.
select
  {{ version_courante() }} as version,
  exercice,
  statut,
  count(*) as lignes,
  sum(abs(montant))::numeric(18, 2) as montant,
  (sum(minutes) / 60)::numeric(18, 2) as heures
from {{ ref('mart_rejets') }}
where statut in ('rejete', 'retenu', 'a_affecter') and exercice in {{ exercices_demandes() }}
group by exercice, statut
