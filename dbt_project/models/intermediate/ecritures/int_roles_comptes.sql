-- R3h: role of each account met in an exercice, of the ledger, of what is voted or ordered (R23); the longest prefix decides, the
-- drop's row on a tie. `role_livre`: what the shipped table alone says.
with comptes as (
  select exercice, nature from {{ ref('stg_compta__ecritures') }}
  union
  select exercice_fichier, nature from {{ ref('stg_compta__budget') }}
  union
  select exercice_fichier, nature from {{ ref('stg_compta__engagements') }}
),

prefixes as (
  select c.exercice, c.nature, r.prefixe_compte as prefixe, r.role, 0 as priorite
  from comptes as c
  inner join {{ ref('comptes_role_cout') }} as r on starts_with(c.nature, r.prefixe_compte)
  union all
  select c.exercice, c.nature, r.prefixe, r.role, 1
  from comptes as c
  inner join {{ ref('stg_referentiel__roles_comptes') }} as r
    on
      starts_with(c.nature, r.prefixe)
      and {{ en_vigueur('r', 'make_date(c.exercice, 12, 31)') }}
)

select
  exercice,
  nature,
  (array_agg(role order by length(prefixe) desc, priorite desc))[1] as role,
  (array_agg(role order by length(prefixe) desc) filter (where priorite = 0))[1] as role_livre
from prefixes
group by exercice, nature
