-- R23: what a year voted beside what it spent and received; every row of its budget, whatever its day.
with votes as (
  select exercice, cle_dispositif as dispositif, composante, sum(montant_part) as vote
  from {{ ref('int_credits') }}
  where jeu = 'budget'
  group by exercice, cle_dispositif, composante
),

lignes as (
  select s.exercice, s.dispositif, c.composante, coalesce(v.vote, 0) as vote, c.realise, {{ quotient('c.realise', 'v.vote') }} as taux
  from {{ ref('mart_synthese_financiere') }} as s
  cross join lateral (values ('fonctionnement', s.cout_fonctionnement), ('recettes', s.recettes)) as c (composante, realise)
  left join votes as v on s.exercice = v.exercice and s.dispositif = v.dispositif and c.composante = v.composante
  where not s.est_total and s.exercice in (select f.exercice from {{ ref('stg_journal__fichiers') }} as f where f.jeu = 'budget')
)

select
  exercice, dispositif, composante, vote, realise,
  -- a credit of a cent gives a rate that no column holds: left out (R10g)
  case when {{ tient_dans('taux', 12) }} then {{ arrondi('taux', 6) }} end as taux
from lignes
