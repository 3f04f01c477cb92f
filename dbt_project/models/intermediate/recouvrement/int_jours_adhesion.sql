-- R11, R7a: days of E on which an adherent is a member of a dispositif, each day once.
with plages as (
  select
    e.exercice,
    a.dispositif,
    a.siret_adherent,
    range_agg(daterange(greatest(a.debut, e.debut), least(a.fin, e.fin), '[]')) as jours
  from {{ ref('int_exercices') }} as e
  inner join {{ ref('stg_referentiel__adhesions_effectives') }} as a on a.debut <= e.fin and a.fin >= e.debut
  group by e.exercice, a.dispositif, a.siret_adherent
)

select
  p.exercice,
  p.dispositif,
  p.siret_adherent,
  sum(upper(j.plage) - lower(j.plage)) as jours
from plages as p
cross join lateral unnest(p.jours) as j (plage)
group by p.exercice, p.dispositif, p.siret_adherent
