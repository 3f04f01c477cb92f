-- R8 by dépôt, type and beneficiary, in the year of the last sale (R8a). What was sold of a volume is shared by cumulated rounding.
with parts as (
  select
    depot,
    type,
    siren_beneficiaire,
    sum(volume) as volume,
    sum(sum(volume)) over (partition by depot, type order by siren_beneficiaire) as cumul,
    sum(part) as produit,
    sum(frais) as frais,
    sum(case when est_epci then 0 else part - frais end) as reversement
  from {{ ref('int_cee_operations') }}
  group by depot, type, siren_beneficiaire
)

select
  {{ version_courante() }} as version,
  v.exercice,
  v.depot,
  v.date_vente,
  v.type,
  p.siren_beneficiaire,
  p.volume::numeric(18, 6) as kwhc,
  (
    {{ arrondi(quotient('v.volume_vendu * p.cumul', 'v.volume_delivre'), 6) }}
    - {{ arrondi(quotient('v.volume_vendu * (p.cumul - p.volume)', 'v.volume_delivre'), 6) }}
  )::numeric(18, 6) as kwhc_vendu,
  p.produit::numeric(15, 2) as produit,
  p.frais::numeric(15, 2) as frais,
  p.reversement::numeric(15, 2) as reversement
from {{ ref('int_cee_ventes') }} as v
inner join parts as p using (depot, type)
where v.exercice in {{ exercices_demandes() }}
