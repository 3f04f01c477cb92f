-- R11, R7a: days of E on which an adherent is a member of a dispositif, each day once; when the membership that holds the
-- first of them began, when the one that holds the last ends (empty: it does not), two periods that follow on being one.
with periodes as (
  select dispositif, siret_adherent, unnest(range_agg(daterange(debut, fin, '[]'))) as plage
  from {{ ref('stg_referentiel__adhesions_effectives') }}
  group by dispositif, siret_adherent
)

select
  e.exercice, p.dispositif, p.siret_adherent,
  sum(upper(p.plage * daterange(e.debut, e.fin, '[]')) - lower(p.plage * daterange(e.debut, e.fin, '[]'))) as jours,
  bool_or(p.plage @> e.fin) as active_31_12,
  min(lower(p.plage)) as entree,
  nullif(max(upper(p.plage)), 'infinity') - 1 as sortie
from {{ ref('int_exercices') }} as e
inner join periodes as p on p.plage && daterange(e.debut, e.fin, '[]')
group by e.exercice, p.dispositif, p.siret_adherent
