-- R22: the exercices whose months are told, the last month of each, the one whose mean costs price their staff, and the latest before it
-- that has a payroll file (NULL: none), which priced it as the year went. A situation tells E at that one, and the whole years E−1 and
-- E−2 at their own: what the method would have said a year before is told too (R22c). Any other build tells those that it publishes.
with paies as (
  select distinct exercice from {{ ref('stg_journal__fichiers') }} where jeu = 'masse_salariale'
),

lignes as (
  select exercice, mois, null::int as exercice_prix
  from {{ ref('stg_journal__construction') }}
  where mois is not null
  union all
  select p.exercice, 12, p.exercice
  from {{ ref('stg_journal__construction') }} as c
  inner join paies as p on c.exercice - p.exercice between case when c.mois is null then 0 else 1 end and case when c.mois is null then 0 else 2 end
  where c.semestre is null or c.mois is not null
)

select l.exercice, l.mois, coalesce(l.exercice_prix, max(p.exercice)) as exercice_prix, max(p.exercice) as exercice_prix_alors
from lignes as l
left join paies as p on l.exercice > p.exercice
group by l.exercice, l.mois, l.exercice_prix
