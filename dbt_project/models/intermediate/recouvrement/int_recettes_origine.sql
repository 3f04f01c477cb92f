-- R6, by who paid: the type of the adherent of the line's SIRET, by its last row that meets the exercice (S14); a fee
-- kept back (R6f) is of the beneficiary's SIREN. What names no adherent of the exercice is `autres`.
with adherents as (
  select
    e.exercice,
    a.siret,
    a.siren,
    a.type,
    row_number() over (partition by e.exercice, a.siret order by a.debut desc, a.ligne desc) as rang_siret,
    row_number() over (partition by e.exercice, a.siren order by a.debut desc, a.ligne desc) as rang_siren
  from {{ ref('int_exercices') }} as e
  inner join {{ ref('stg_referentiel__adherents') }} as a on {{ se_rencontrent('a', 'e') }}
),

lignes as (
  select r.exercice, r.dispositif, a.type, r.montant
  from {{ ref('int_recettes') }} as r
  left join adherents as a on r.exercice = a.exercice and r.siret = a.siret and a.rang_siret = 1
  union all
  select o.exercice, o.dispositif, a.type, o.frais
  from {{ ref('int_cee_operations') }} as o
  left join adherents as a
    on o.exercice = a.exercice and o.siren_beneficiaire = a.siren and a.rang_siren = 1
  where o.mode_recouvrement = 'retenue' and not o.est_epci
)

select
  exercice,
  dispositif,
  case type when 'commune' then 'communes' when 'satellite' then 'satellites' else coalesce(type, 'autres') end as origine,
  sum(montant) as montant
from lignes
group by 1, 2, 3
