-- Only the scenarios that the back-test keeps: the others are nobody's reading.
select exercice_base, exercice, dispositif, scenario, etp, cout_net, recettes, methode
from {{ ref('int_previsions') }}
where (exercice_base, scenario) in (select r.exercice_base, r.scenario from {{ ref('int_scenarios_retenus') }} as r)
