with temps as (
  select
    exercice,
    'temps' as source,
    destination,
    motif,
    'ETP' as unite,
    sum(lignes) as lignes,
    sum(etp) as montant,
    false as porte_la_paie
  from {{ ref('int_etp_parts') }}
  group by exercice, destination, motif
),

ecritures as (
  select
    exercice,
    sens || 's' as source,
    destination,
    motif,
    'EUR' as unite,
    count(*) as lignes,
    sum(montant) as montant,
    bool_or(destination = 'EXCLU' and {{ compte_de_paie('nature') }}) as porte_la_paie
  from {{ ref('int_ecritures_parts') }}
  group by exercice, sens, destination, motif
),

-- an asset shared by several rows was depreciated once: its remainder is what its quote-parts leave
biens as (
  select exercice, bien, max(dotation) - sum(dotation_part) as reste
  from {{ ref('int_amortissements') }}
  group by exercice, bien
),

actif as (
  select
    exercice,
    'actif' as source,
    destination,
    case destination when 'NON_REPARTI' then 'axe_sans_cle' when 'HORS' then 'hors_mutualisation' when 'STRUCTURE' then 'structure' else 'cle' end as motif,
    'EUR' as unite,
    count(*) as lignes,
    sum(dotation_part) as montant,
    false as porte_la_paie
  from {{ ref('int_amortissements') }}
  group by exercice, destination
  union all
  select exercice, 'actif', 'HORS', 'hors_quote_part', 'EUR', count(*), sum(reste), false
  from biens
  where reste <> 0
  group by exercice
),

lignes as (
  select * from temps
  union all
  select * from ecritures
  union all
  select * from actif
)

select exercice, source, destination, motif, unite, lignes, {{ arrondi('montant', 12) }} as montant, porte_la_paie
from lignes
