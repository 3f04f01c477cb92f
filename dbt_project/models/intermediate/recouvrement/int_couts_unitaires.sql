-- R7f: unit cost of each exercice and dispositif that a tariff of any date bills at its unit cost: voted, or from the last
-- accounts (exercice B); NULL where neither is known.
with dispositifs as (
  select e.exercice, t.dispositif
  from {{ ref('int_exercices_recouvrement') }} as e
  cross join (select distinct dispositif from {{ ref('stg_referentiel__tarifs') }} where regle = 'cout_unitaire') as t
),

parametres as (
  select
    d.exercice,
    d.dispositif,
    {{ parametre_numerique('cout_unitaire', 'make_date(d.exercice, 1, 1)', 'd.dispositif') }} as cout_vote,
    coalesce({{ parametre_numerique('exercice_base', 'make_date(d.exercice, 1, 1)', 'd.dispositif') }}, d.exercice - 1)::int
      as exercice_base,
    {{ parametre_numerique('actualisation', 'make_date(d.exercice, 1, 1)', 'd.dispositif') }} as actualisation,
    {{ parametre_numerique('unites_previsionnelles', 'make_date(d.exercice, 1, 1)', 'd.dispositif') }}
      as unites_previsionnelles
  from dispositifs as d
),

-- exercices of which a payroll is known: without one, int_couts lacks the staff
bases as (
  select distinct exercice_fichier as exercice from {{ ref('stg_rh__masse_salariale') }}
)

select
  p.exercice, p.dispositif, p.exercice_base, p.actualisation, p.unites_previsionnelles,
  coalesce(
    p.cout_vote,
    {{ arrondi(quotient('c.cout_d5211 * (1 + p.actualisation)', 'p.unites_previsionnelles')) }}
  ) as cout_unitaire
from parametres as p
left join {{ ref('int_couts_precedents') }} as c
  on p.exercice_base = c.exercice and p.dispositif = c.dispositif
  and c.exercice in (select b.exercice from bases as b)
