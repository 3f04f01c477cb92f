-- Costs of an exercice as a later one reads them (R7f, R12a): its closed version, else this build.
select
  exercice, dispositif, etp, cout_personnel, cout_fonctionnement, amortissements, subventions, reprises, cout_net,
  cout_d5211
from {{ ref('int_couts') }}
where exercice not in (select e.exercice from {{ ref('stg_journal__exercices_clos') }} as e where e.couts_figes)
union all
select * from {{ ref('stg_publication__couts_clos') }}
