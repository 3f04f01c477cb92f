{{ config(materialized='table') }}
-- What the plausibility gate judges: one row per exercice, dispositif, mesure and bound in force on 31 December
-- (borne: its line in bornes, 0 without one). Every comparison is exact, and made here.
with mesures as ({{ mesures_de(ref('mart_synthese_financiere'), ref('mart_cout_unitaire'), ref('mart_indicateurs_cles')) }}),

-- N-1 as it was published, unless this build publishes it again or nothing was
precedentes as (
  select m.exercice, m.dispositif, m.mesure, m.valeur
  from mesures as m
  where
    m.exercice in {{ exercices_demandes() }}
    or m.exercice not in (select p.exercice from {{ ref('stg_publication__mesures') }} as p)
  union all
  select p.exercice, p.dispositif, p.mesure, p.valeur
  from {{ ref('stg_publication__mesures') }} as p
  where p.exercice not in {{ exercices_demandes() }}
),

bornees as (
  select
    m.exercice, m.dispositif, m.mesure,
    concat_ws('/', m.mesure, nullif(m.dispositif, '')) as cle,
    coalesce(b.ligne, 0) as borne,
    m.valeur,
    n.valeur as valeur_n1,
    b.minimum,
    b.maximum,
    b.variation as variation_max_pct,
    b.gravite,
    b.reference
  from mesures as m
  left join precedentes as n
    on m.exercice = n.exercice + 1 and m.dispositif = n.dispositif and m.mesure = n.mesure
  -- an empty dispositif is each of them; their TOTAL has bounds of its own
  left join {{ ref('stg_referentiel__bornes') }} as b
    on
      m.mesure = b.mesure
      and (m.dispositif = b.dispositif or (b.dispositif is null and m.dispositif <> 'TOTAL'))
      and {{ en_vigueur('b', 'make_date(m.exercice, 12, 31)') }}
),

-- a bound in force that meets no figure judges nothing: it is said
sans_mesure as (
  select
    e.exercice,
    coalesce(b.dispositif, '') as dispositif,
    b.mesure,
    concat_ws('/', b.mesure, b.dispositif) as cle,
    b.ligne as borne,
    null::numeric as valeur,
    null::numeric as valeur_n1,
    b.minimum,
    b.maximum,
    b.variation as variation_max_pct,
    b.gravite,
    b.reference
  from {{ ref('stg_referentiel__bornes') }} as b
  inner join {{ ref('mart_exercices_publies') }} as e on {{ en_vigueur('b', 'make_date(e.exercice, 12, 31)') }}
  where not exists (select 1 from bornees as m where m.exercice = e.exercice and m.borne = b.ligne)
),

situees as (
  select
    *,
    case
      when valeur is null then 'sans_valeur'
      when valeur < minimum then 'sous_le_minimum'
      when valeur > maximum then 'au_dessus_du_maximum'
      when 100 * abs(valeur - valeur_n1) > variation_max_pct * abs(valeur_n1) then 'variation_excessive'
      when variation_max_pct is not null and valeur_n1 is null then 'sans_n1'
      else 'dans_les_bornes'
    end as position
  from (select * from bornees union all select * from sans_mesure) as b
)

select
  s.exercice, s.dispositif, s.mesure, s.cle, s.borne, s.valeur, s.valeur_n1,
  round(100 * (s.valeur - s.valeur_n1) / nullif(abs(s.valeur_n1), 0), 1) as variation_pct,
  s.minimum, s.maximum, s.variation_max_pct, s.gravite, s.reference, s.position,
  case s.position
    when 'sous_le_minimum' then 'au moins ' || {{ en_francais('s.minimum') }}
    when 'au_dessus_du_maximum' then 'au plus ' || {{ en_francais('s.maximum') }}
    when 'variation_excessive'
      then 'au plus ' || {{ en_francais('s.variation_max_pct') }} || ' % de variation depuis ' || {{ en_francais('s.valeur_n1') }}
    when 'sans_valeur' then 'une valeur à comparer'
    when 'sans_n1' then 'une valeur en ' || (s.exercice - 1)
    else coalesce({{ en_francais('s.valeur_n1') }} || ' en ' || (s.exercice - 1), 'aucune borne')
  end as attendu,
  coalesce({{ en_francais('s.valeur') }}, 'aucune') as constate,
  j.justification
from situees as s
left join lateral (
  select string_agg(r.justification, ' ; ' order by r.ligne) as justification
  from {{ ref('stg_referentiel__justifications') }} as r
  where
    r.controle = 'plausibilite' and r.exercice = s.exercice
    and (r.cle is null or r.cle = s.cle)
) as j on true
