-- Units of service, rejected without an adhesion in the semestre (R7g), weighted as of its first day (R7).
with ponderations as (
  select * from {{ ref('stg_referentiel__ponderations') }} where rejet_statut is null
),

adhesions as (
  select distinct
    u.dispositif,
    u.siret_adherent,
    u.exercice,
    u.numero_semestre
  from {{ ref('stg_activite__unites') }} as u
  inner join {{ ref('int_adhesions_effectives') }} as a
    on
      u.dispositif = a.dispositif and u.siret_adherent = a.siret_adherent
      and a.debut <= make_date(u.exercice, 6 * u.numero_semestre, 29 + u.numero_semestre)
      and a.fin >= make_date(u.exercice, 6 * u.numero_semestre - 5, 1)
  where u.rejet_statut is null
)

select
  u.fichier_id,
  u.ligne,
  u.fichier,
  u.sha256,
  u.exercice,
  u.numero_semestre as semestre,
  u.dispositif,
  u.siret_adherent,
  u.type_unite,
  u.reference,
  u.quantite,
  w.poids,
  -- weight 1 when the dispositif has none; a missing one is the blocking control ponderation_manquante
  u.quantite * case when w.dispositif_pondere then w.poids else 1 end as unites,
  coalesce(w.dispositif_pondere, false) and w.poids is null as ponderation_manquante,
  u.rejet_exercice,
  case
    when u.rejet_statut is null and a.dispositif is null then 'SIRET adhérent'
    else u.rejet_colonne
  end as rejet_colonne,
  case
    when u.rejet_statut is null and a.dispositif is null then 'aucune adhésion au dispositif sur ce semestre (R7g)'
    else u.rejet_motif
  end as rejet_motif,
  case when u.rejet_statut is null and a.dispositif is null then 'rejete' else u.rejet_statut end as rejet_statut
from {{ ref('stg_activite__unites') }} as u
left join adhesions as a
  on
    u.dispositif = a.dispositif and u.siret_adherent = a.siret_adherent and u.exercice = a.exercice
    and u.numero_semestre = a.numero_semestre
left join lateral (
  select
    count(*) > 0 as dispositif_pondere,
    max(p.poids) filter (where p.type_unite = u.type_unite) as poids
  from ponderations as p
  where
    p.dispositif = u.dispositif
    and make_date(u.exercice, 6 * u.numero_semestre - 5, 1) between p.debut and coalesce(p.fin, 'infinity')
) as w on u.rejet_statut is null
