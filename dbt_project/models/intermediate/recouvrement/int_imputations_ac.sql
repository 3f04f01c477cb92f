-- R21: what is due by a reduction of each commune's attribution de compensation, beside what the assemblies decided; adherents without
-- an INSEE code share a row.
with dus as (
  select r.exercice, a.code_insee, sum(r.montant_du) as montant_du
  from {{ ref('int_recouvrement') }} as r
  inner join {{ ref('int_adherents_exercice') }} as a using (exercice, siret_adherent)
  where {{ mode_qui('r.mode_recouvrement', 'ac') }} and r.par_adhesion
  group by r.exercice, a.code_insee
),

votes as (
  select annee as exercice, code_insee, services_communs as vote
  from {{ ref('stg_referentiel__attributions') }}
)

select
  exercice,
  code_insee,
  coalesce(d.montant_du, 0) as montant_du,
  v.vote,
  v.vote - coalesce(d.montant_du, 0) as ecart
from dus as d
full join votes as v using (exercice, code_insee)
