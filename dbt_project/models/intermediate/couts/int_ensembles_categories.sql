-- R2h: categories that former groups join, from one to the next, those that no payroll holds any more included.
with recursive liens as (
  select distinct g.exercice, g.groupe, m.categorie
  from {{ ref('stg_publication__groupes') }} as g
  cross join lateral string_to_table(g.groupe, '+') as m (categorie)
),

atteintes as (
  select exercice, categorie as depart, categorie
  from liens
  union
  select a.exercice, a.depart, voisin.categorie
  from atteintes as a
  inner join liens as l on a.exercice = l.exercice and a.categorie = l.categorie
  cross join lateral string_to_table(l.groupe, '+') as voisin (categorie)
)

select exercice, depart as categorie, min(categorie collate "C") as ensemble
from atteintes
group by exercice, depart
