-- R19: staff of each scenario, the ETP of E by catégorie and those of its hypotheses, at the mean cost of E indexed; a catégorie
-- without a mean cost counts in ETP and costs 0 (R19a).
with categories as (
  select p.exercice_base, p.exercice, p.scenario, p.dispositif, t.categorie, t.etp
  from {{ ref('int_prevision_perimetre') }} as p
  inner join {{ ref('int_etp') }} as t on p.exercice_base = t.exercice and p.dispositif = t.destination
  where p.etablie
  union all
  select exercice_base, exercice, scenario, dispositif, categorie, valeur * part
  from {{ ref('int_prevision_hypotheses') }}
  where mesure = 'etp'
),

sommes as (
  select exercice_base, exercice, scenario, dispositif, categorie, sum(etp) as etp
  from categories
  group by exercice_base, exercice, scenario, dispositif, categorie
)

select
  s.exercice_base, s.exercice, s.scenario, s.dispositif,
  sum(s.etp) as etp,
  sum({{ arrondi('s.etp * (m.cout_moyen + coalesce(m.cout_structure, 0)) * t.salaires') }}) as cout_personnel
from sommes as s
inner join {{ ref('int_prevision_taux') }} as t using (exercice_base, exercice, scenario, dispositif)
left join {{ ref('int_couts_moyens') }} as m on s.exercice_base = m.exercice and s.categorie = m.categorie
group by s.exercice_base, s.exercice, s.scenario, s.dispositif
