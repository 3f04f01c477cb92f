-- Scenarios worth showing from each base (decision 0008): those that differ from « constant » somewhere, and whose total
-- absolute error, on the years known at the base and the same dispositifs, is above that of « constant » neither on the
-- cost nor on the receipts. « constant » is the measure of all; « utilisateur » is an instruction, not a method.
with ecarts as (
  select
    p.exercice_base,
    p.scenario,
    bool_or(
      p.etp is distinct from c.etp or p.cout_net is distinct from c.cout_net or p.recettes is distinct from c.recettes
    ) as differe
  from {{ ref('int_previsions') }} as p
  inner join {{ ref('int_previsions') }} as c
    on p.exercice_base = c.exercice_base and p.exercice = c.exercice and p.dispositif = c.dispositif and c.scenario = 'constant'
  group by p.exercice_base, p.scenario
),

erreurs as (
  select
    b.exercice_base,
    p.scenario,
    sum(abs(p.cout_prevu - p.cout_constate)) as cout,
    sum(abs(c.cout_prevu - c.cout_constate)) as cout_constant,
    sum(abs(p.recettes_prevues - p.recettes_constatees)) as recettes,
    -- where both say something: an error can't be set against a silence
    sum(abs(c.recettes_prevues - c.recettes_constatees)) filter (where p.recettes_prevues is not null) as recettes_constant
  from ecarts as b
  inner join {{ ref('int_previsions_essais') }} as p on b.scenario = p.scenario and p.exercice <= b.exercice_base
  inner join {{ ref('int_previsions_essais') }} as c
    on p.exercice_base = c.exercice_base and p.exercice = c.exercice and p.dispositif = c.dispositif and c.scenario = 'constant'
  group by b.exercice_base, p.scenario
)

select e.exercice_base, e.scenario
from ecarts as e
left join erreurs as r using (exercice_base, scenario)
where
  e.scenario = 'constant'
  or (
    e.differe
    and (
      e.scenario = 'utilisateur'
      or (
        coalesce(r.cout <= r.cout_constant, true)
        and coalesce(r.recettes <= r.recettes_constant, true)
      )
    )
  )
