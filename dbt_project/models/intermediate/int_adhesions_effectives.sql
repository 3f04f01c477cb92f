-- Adhesion ∩ validity of the adherent (R7a), one row per adhesion × validity row that meet; `fin` never null.
select
  a.dispositif,
  a.siret_adherent,
  b.siren,
  b.type,
  b.code_insee,
  greatest(a.debut, b.debut) as debut,
  least(coalesce(a.fin, 'infinity'), coalesce(b.fin, 'infinity')) as fin
from {{ ref('stg_referentiel__adhesions') }} as a
inner join {{ ref('stg_referentiel__adherents') }} as b on a.siret_adherent = b.siret
where
  a.rejet_statut is null and b.rejet_statut is null
  and greatest(a.debut, b.debut) <= least(coalesce(a.fin, 'infinity'), coalesce(b.fin, 'infinity'))
