-- R21b: the provisional attribution de compensation of E+1, by INSEE of that year: what `engage` has due by that mode in E+1, and the
-- regularisation of E, due − vote, which goes where the commune of that INSEE then is.
with adherents as (
  select distinct on (e.exercice, a.siret)
    e.exercice, a.siret, a.type, a.code_insee,
    a.debut <= make_date(e.exercice + 1, 12, 31) and {{ fin_de('a') }} >= make_date(e.exercice + 1, 1, 1) as y_sera
  from {{ ref('int_exercices') }} as e
  inner join {{ ref('stg_referentiel__adherents') }} as a
    on a.debut <= make_date(e.exercice + 1, 12, 31) and {{ fin_de('a') }} >= e.debut
  order by e.exercice, a.siret, y_sera desc, a.debut desc, a.ligne desc
),

communes as (
  select distinct on (n.exercice, n.code_insee) n.exercice, n.code_insee, s.code_insee as code_suivant
  from {{ ref('int_adherents_exercice') }} as n
  inner join adherents as s on n.exercice = s.exercice and n.siret_adherent = s.siret
  where n.type_adherent = 'commune' and s.y_sera
  order by n.exercice, n.code_insee, n.siret_adherent
),

parts as (
  select d.exercice_base as exercice, a.code_insee, d.dont_ac as montant_prevu, null as regularisation
  from {{ ref('int_prevision_dus') }} as d
  left join adherents as a on d.exercice_base = a.exercice and d.siret_adherent = a.siret
  where d.scenario = 'engage' and d.exercice = d.exercice_base + 1
  union all
  select i.exercice, coalesce(c.code_suivant, i.code_insee), null, -i.ecart
  from {{ ref('int_imputations_ac') }} as i
  left join communes as c using (exercice, code_insee)
  where i.ecart is not null
),

sommes as (
  select exercice, code_insee, sum(montant_prevu) as montant_prevu, sum(regularisation) as regularisation
  from parts
  group by exercice, code_insee
),

votes as (
  select annee - 1 as exercice, code_insee, services_communs as vote_prevu
  from {{ ref('stg_referentiel__attributions') }}
)

select
  exercice,
  code_insee,
  coalesce(s.montant_prevu, 0) as montant_prevu,
  s.regularisation,
  coalesce(s.montant_prevu, 0) + coalesce(s.regularisation, 0) as a_imputer,
  v.vote_prevu
from sommes as s
full join votes as v using (exercice, code_insee)
where s.montant_prevu <> 0 or s.regularisation <> 0 or v.vote_prevu is not null
