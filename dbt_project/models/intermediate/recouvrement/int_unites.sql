-- Units of service that count, weighted as of the first day of their semestre (R7).
select
  u.fichier_id, u.ligne, u.fichier, u.sha256, u.exercice,
  u.numero_semestre as semestre,
  u.dispositif, u.siret_adherent, u.type_unite, u.reference, u.quantite, w.poids,
  -- weight 1 when the dispositif has none; a missing one is the blocking control ponderation_manquante
  u.quantite * case when w.dispositif_pondere then w.poids else 1 end as unites,
  w.dispositif_pondere and w.poids is null as ponderation_manquante
from {{ ref('stg_activite__unites') }} as u
cross join lateral (
  select count(*) > 0 as dispositif_pondere, max(p.poids) filter (where p.type_unite = u.type_unite) as poids
  from {{ ref('stg_referentiel__ponderations') }} as p
  where
    p.dispositif = u.dispositif
    and {{ en_vigueur('p', debut_semestre('u.exercice', 'u.numero_semestre')) }}
) as w
