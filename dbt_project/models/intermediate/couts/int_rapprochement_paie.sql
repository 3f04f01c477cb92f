-- R2: payroll and atténuations as delivered, beside the accounts that define them: those of the shipped roles, whatever the drop
-- makes of them in the costs. Only who builds reads it where the two sides differ (R2j).
with paie as (
  select exercice_fichier as exercice, sum(masse_salariale) as masse, sum(coalesce(attenuations, 0)) as attenuations
  from {{ ref('stg_rh__masse_salariale') }}
  group by exercice_fichier
),

comptes as (
  select e.exercice,
    sum(e.montant) filter (where e.sens = 'mandat' and r.role_livre = 'personnel') as masse,
    sum(e.montant) filter (where e.sens = 'titre' and r.role_livre = 'attenuation') as attenuations
  from {{ ref('int_ecritures_sommes') }} as e
  inner join {{ ref('int_roles_comptes') }} as r using (exercice, nature)
  where e.comptee and e.nature ~ '^[67]'
  group by e.exercice
)

select
  e.exercice, v.nature, v.paie, v.comptes,
  bool_or(abs(coalesce(v.paie, 0) - coalesce(v.comptes, 0)) > 0.01) over (partition by e.exercice) as difference
from {{ ref('int_exercices') }} as e
left join paie as p using (exercice)
left join comptes as c using (exercice)
cross join lateral (values ('masse', p.masse, c.masse), ('attenuations', p.attenuations, c.attenuations)) as v (nature, paie, comptes)
