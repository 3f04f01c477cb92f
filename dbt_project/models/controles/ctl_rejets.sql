-- Rejected and held rows as controls (G4): count and, for the ledger, amount; where they are too many (G13); and the
-- titres whose SIRET can't be read (C13).
with exercices as (
  select e.exercice, {{ parametre_numerique('part_rejets_max', 'e.debut') }} as part_max
  from {{ ref('int_exercices') }} as e
  where e.demande
),

-- a file of no year (referentiel, dépôt CEE) is judged under every exercice asked
fichiers as (
  select e.exercice, f.jeu, f.chemin, f.lignes
  from exercices as e
  inner join {{ ref('stg_journal__fichiers') }} as f on f.exercice = e.exercice or (f.exercice is null and f.jeu <> 'pes')
),

-- a row that is rejected twice, or in part, is one row
rejetees as (
  select jeu, fichier, count(distinct ligne) as nombre
  from {{ ref('mart_rejets') }}
  where statut = 'rejete'
  group by jeu, fichier
),

livrees as (
  select f.exercice, f.jeu, f.lignes::bigint as lignes, r.nombre as rejetees
  from fichiers as f
  left join rejetees as r on f.jeu = r.jeu and f.chemin = r.fichier
  union all
  select e.exercice, p.sens || 's', p.lignes, p.rejetees
  from exercices as e
  inner join {{ ref('stg_compta__pes_livrees') }} as p on p.exercice = e.exercice or p.exercice is null
),

jeux as (
  select exercice, jeu, sum(lignes) as lignes, sum(rejetees) as rejetees
  from livrees
  group by exercice, jeu
),

sirets as (
  select exercice, count(*) as nombre, sum(montant_ttc) as montant
  from {{ ref('int_ecritures') }}
  where
    sens = 'titre' and comptee and cle_dispositif not in {{ cles_hors_dispositif() }}
    and not {{ cle_de_siret_juste('siret') }}
  group by exercice
)

select
  exercice, 'rejets_excessifs' as controle, jeu as cle, 'ecart' as statut,
  'au plus ' || replace(trim_scale(part_max)::text, '.', ',') || ' % de lignes rejetées' as valeur_attendue,
  rejetees || ' lignes rejetées sur ' || lignes || ' livrées, '
  || replace(round(100.0 * rejetees / lignes, 2)::text, '.', ',') || ' %' as valeur_constatee,
  replace(trim_scale(part_max)::text, '.', ',') || ' %, {{ var('rejets_minimum') }} lignes' as seuil
from jeux
inner join exercices using (exercice)
where rejetees >= {{ var('rejets_minimum') }} and 100 * rejetees > part_max * lignes
union all
select exercice, 'siret_illisible', '', 'ecart', '0 titre', {{ compte('nombre', 'titre') }} || ', ' || {{ euros('montant') }}, null
from sirets
union all
select
  exercice, 'lignes_rejetees' as controle, '' as cle, 'ecart' as statut, '0 ligne' as valeur_attendue,
  {{ compte('count(*)', 'ligne') }} as valeur_constatee,
  null::text as seuil
from {{ ref('mart_rejets') }}
where statut = 'rejete'
group by exercice
union all
select
  r.exercice, 'a_affecter', '', 'ecart', '0 ligne',
  {{ compte('count(*)', 'ligne retenue ou à affecter', 'lignes retenues ou à affecter') }} || coalesce(', ' || {{ euros('p.montant') }}, ''),
  null
from {{ ref('mart_rejets') }} as r
left join (
  select exercice, sum(montant)::numeric(15, 2) as montant
  from {{ ref('mart_repartition') }}
  where destination = 'NON_REPARTI' and unite = 'EUR'
  group by exercice
) as p using (exercice)
where r.statut in ('retenu', 'a_affecter')
group by r.exercice, p.montant
