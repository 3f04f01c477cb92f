-- R22: the exercices whose months are told, the last month of each, and the one whose mean costs price their staff. A situation
-- tells E, at those of the latest before it that has a payroll file (NULL: none), and the whole year before, at its own; any
-- other build tells those that it publishes, at their own.
with paies as (
  select distinct exercice from {{ ref('stg_journal__fichiers') }} where jeu = 'masse_salariale'
)

select c.exercice, c.mois, (select max(p.exercice) from paies as p where p.exercice < c.exercice) as exercice_prix
from {{ ref('stg_journal__construction') }} as c
where c.mois is not null
union all
select p.exercice, 12, p.exercice
from {{ ref('stg_journal__construction') }} as c
inner join paies as p on p.exercice = case when c.mois is null then c.exercice else c.exercice - 1 end
where c.semestre is null or c.mois is not null
