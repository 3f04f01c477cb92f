-- Dépôts with a sale in the exercice, each row whole: C and P together (S6, S13).
with volumes as (
  select
    depot_fichier as depot,
    siren_beneficiaire,
    count(*) as operations,
    sum(volume_classique) as kwhc_classique,
    sum(coalesce(volume_precarite, 0)) as kwhc_precarite
  from {{ ref('stg_cee__operations') }}
  where statut = 'délivrée'
  group by depot_fichier, siren_beneficiaire
),

parts as (
  select
    depot,
    siren_beneficiaire,
    sum(part) as produit,
    sum(frais) as frais,
    sum(case when est_epci then 0 else part - frais end) as reversement,
    sum(part) filter (where est_epci) as part_epci
  from {{ ref('int_cee_operations') }}
  group by depot, siren_beneficiaire
),

depots as (
  select distinct
    exercice,
    depot
  from {{ ref('int_cee_ventes') }}
)

select
  {{ version_courante() }} as version,
  d.exercice,
  v.depot,
  v.siren_beneficiaire,
  v.operations::int as operations,
  v.kwhc_classique::numeric(18, 6) as kwhc_classique,
  v.kwhc_precarite::numeric(18, 6) as kwhc_precarite,
  coalesce(p.produit, 0)::numeric(15, 2) as produit,
  coalesce(p.frais, 0)::numeric(15, 2) as frais,
  coalesce(p.reversement, 0)::numeric(15, 2) as reversement,
  coalesce(p.part_epci, 0)::numeric(15, 2) as part_epci
from depots as d
inner join volumes as v using (depot)
left join parts as p using (depot, siren_beneficiaire)
where d.exercice in {{ exercices_demandes() }}
