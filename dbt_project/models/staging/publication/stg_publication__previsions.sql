-- Forecasts of a year as they were published from the year before: by the last version that published that base before
-- any version knew the year forecast. What is computed later from the same data was forecast by nobody. Empty before.
with publiees as (
  select c.version, e.exercice
  from {{ source('journal', 'constructions') }} as c
  cross join unnest(c.exercices) as e (exercice)
  where c.statut = 'publiee'
),

dernieres as (
  select b.exercice + 1 as exercice, max(b.version) as version
  from publiees as b
  where
    not exists (select 1 from publiees as s where s.exercice = b.exercice + 1 and s.version <= b.version)
  group by b.exercice
)

select p.exercice, p.version, p.dispositif, p.scenario, p.etp, p.cout_fonctionnement, p.amortissements, p.subventions, p.reprises, p.cout_net
from {{ source('versions', 'prevision') }} as p
inner join dernieres as d on p.exercice = d.exercice and p.version = d.version
where p.exercice_base = p.exercice - 1
