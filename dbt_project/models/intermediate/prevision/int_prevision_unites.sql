-- R19c: the units of E by the weights of F: 1 where the dispositif has none, 0 for a type that it does not weigh.
with quantites as (
  select exercice, numero_semestre as semestre, dispositif, siret_adherent, type_unite, sum(quantite) as quantite
  from {{ ref('stg_activite__unites') }}
  group by exercice, numero_semestre, dispositif, siret_adherent, type_unite
)

select
  q.exercice as exercice_base, a.exercice, q.semestre, q.dispositif, q.siret_adherent,
  sum(q.quantite * case when w.dispositif_pondere then coalesce(w.poids, 0) else 1 end) as unites
from quantites as q
inner join {{ ref('int_prevision_annees') }} as a on q.exercice = a.exercice_base
cross join lateral (
  select count(*) > 0 as dispositif_pondere, max(p.poids) filter (where p.type_unite = q.type_unite) as poids
  from {{ ref('stg_referentiel__ponderations') }} as p
  where p.dispositif = q.dispositif and {{ en_vigueur('p', debut_semestre('a.exercice', 'q.semestre')) }}
) as w
group by q.exercice, a.exercice, q.semestre, q.dispositif, q.siret_adherent
