-- R8: one row per délivrée operation × type sold; the product of the dépôt is shared to the cent by largest
-- remainder, ties by reference in code-point order (R8a).
with volumes as (
  select
    o.depot_fichier as depot,
    o.fichier, o.sha256, o.ligne, o.reference, o.siren_beneficiaire, t.type,
    case t.type when 'C' then o.volume_classique else coalesce(o.volume_precarite, 0) end as volume
  from {{ ref('stg_cee__operations') }} as o
  cross join (values ('C'), ('P')) as t (type)
  where o.statut = 'délivrée'
),

quotes_parts as (
  select
    o.*,
    v.produit, v.taux, v.dispositif, v.mode_recouvrement, v.exercice, v.semestre, v.date_vente, v.volume_delivre,
    -- cents, exact: floor of produit × volume / total, and the remainder on the same denominator
    div(v.produit * 100 * o.volume, v.volume_delivre) as centimes,
    mod(v.produit * 100 * o.volume, v.volume_delivre) as reste
  from volumes as o
  inner join {{ ref('int_cee_ventes') }} as v using (depot, type)
  where o.volume > 0 and v.volume_delivre > 0
),

rangs as (
  select
    *,
    row_number() over (partition by depot, type order by reste desc, reference collate "C") as rang,
    produit * 100 - sum(centimes) over (partition by depot, type) as a_distribuer
  from quotes_parts
),

parts as (
  select *, (centimes + case when rang <= a_distribuer then 1 else 0 end) / 100 as part
  from rangs
)

select
  p.depot, p.fichier, p.sha256, p.ligne, p.reference, p.siren_beneficiaire, p.type, p.exercice, p.semestre, p.date_vente,
  p.dispositif, p.mode_recouvrement, p.volume, p.part, p.taux,
  e.siren is not null as est_epci,
  case when e.siren is null then {{ arrondi('p.part * p.taux / 100') }} else 0 end as frais
from parts as p
left join (
  select distinct siren from {{ ref('stg_referentiel__adherents') }} where type = 'epci'
) as e on p.siren_beneficiaire = e.siren
