-- Weighted units per exercice × semestre × dispositif × adherent. unites_annee: what they count for in the year, half
-- of them where the dispositif counts a stock, which both semestres count again (R10e).
with semestres as (
  select exercice, semestre, dispositif, siret_adherent, sum(unites) as unites
  from {{ ref('int_unites') }}
  group by exercice, semestre, dispositif, siret_adherent
),

natures as (
  select s.exercice, s.dispositif, d.nature_unites
  from (select distinct exercice, dispositif from semestres) as s
  left join lateral {{ dispositif_de('s.dispositif', 's.exercice', ['nature_unites']) }} as d on true
)

select
  s.exercice, s.semestre, s.dispositif, s.siret_adherent, s.unites,
  s.unites * case when n.nature_unites = 'stock' then 0.5 else 1 end as unites_annee
from semestres as s
inner join natures as n using (exercice, dispositif)
