{{ config(materialized='table') }}
-- Adhesion ∩ validity of the adherent (R7a), one row per adhesion × validity row that meet; `fin` never null.
select
  a.dispositif, a.siret_adherent, b.siren, b.type, b.code_insee, a.echeance,
  greatest(a.debut, b.debut) as debut,
  least({{ fin_de('a') }}, {{ fin_de('b') }}) as fin
from {{ ref('stg_referentiel__adhesions') }} as a
inner join {{ ref('stg_referentiel__adherents') }} as b on a.siret_adherent = b.siret
where greatest(a.debut, b.debut) <= least({{ fin_de('a') }}, {{ fin_de('b') }})
