-- Rejected and held rows as controls (G4): count and, for the ledger, amount.
select
  exercice,
  'lignes_rejetees' as controle,
  '' as cle,
  'ecart' as statut,
  '0 ligne' as valeur_attendue,
  count(*) || ' ligne(s)' as valeur_constatee,
  null::text as seuil
from {{ ref('mart_rejets') }}
where statut = 'rejete'
group by exercice
union all
select
  r.exercice,
  'a_affecter',
  '',
  'ecart',
  '0 ligne',
  count(*) || ' ligne(s) retenue(s) ou à affecter' || coalesce(', ' || max(p.montant) || ' €', ''),
  null
from {{ ref('mart_rejets') }} as r
left join (
  select exercice, sum(montant)::numeric(15, 2) as montant
  from {{ ref('mart_repartition') }}
  where destination = 'NON_REPARTI' and unite = 'EUR'
  group by exercice
) as p using (exercice)
where r.statut in ('retenu', 'a_affecter')
group by r.exercice
