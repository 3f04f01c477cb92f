-- R8, R8a: one row per dépôt × type sold. Several sales are one amount, dated by the last one; the rate is the
-- produit_cee tariff in force on that date, none means 0 (R8c, control sans_tarif).
with ventes as (
  select
    depot,
    type,
    sum(volume_vendu) as volume_vendu,
    {{ arrondi('sum(volume_vendu * prix) * 0.001') }} as produit,
    max(date_vente) as date_vente
  from {{ ref('stg_cee__ventes') }}
  group by depot, type
),

volumes as (
  select
    o.depot_fichier as depot,
    t.type,
    sum(case t.type when 'C' then o.volume_classique else coalesce(o.volume_precarite, 0) end) as volume_delivre
  from {{ ref('stg_cee__operations') }} as o
  cross join (values ('C'), ('P')) as t (type)
  where o.statut = 'délivrée'
  group by o.depot_fichier, t.type
)

select
  v.depot, v.type, v.volume_vendu, v.produit, v.date_vente,
  extract(year from v.date_vente)::int as exercice,
  {{ semestre_du('v.date_vente') }} as semestre,
  coalesce(d.volume_delivre, 0) as volume_delivre,
  t.dispositif,
  t.mode_recouvrement,
  coalesce(t.montant, 0) as taux
from ventes as v
left join volumes as d using (depot, type)
left join lateral (
  select r.dispositif, r.mode_recouvrement, r.montant
  from {{ ref('stg_referentiel__tarifs') }} as r
  where
    r.regle = 'pourcentage' and r.base = 'produit_cee'
    and {{ en_vigueur('r', 'v.date_vente') }}
  order by r.debut desc, r.ligne
  limit 1
) as t on true
