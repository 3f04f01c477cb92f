-- R20: the adhesions in force on 31 December, and what becomes of their conventions; rows that agree on all are one.
select distinct
  e.exercice, a.dispositif, a.siret_adherent, a.debut, a.convention, a.echeance,
  case
    when a.echeance is null then 'sans_echeance'
    when a.echeance <= e.fin then 'echue'
    when a.echeance <= make_date(e.exercice + 1, 12, 31) then 'a_renouveler'
    else 'en_cours'
  end as statut
from {{ ref('int_exercices') }} as e
inner join {{ ref('stg_referentiel__adhesions') }} as a on {{ en_vigueur('a', 'e.fin') }}
where exists (select from {{ ref('stg_referentiel__adherents') }} as b where b.siret = a.siret_adherent and {{ en_vigueur('b', 'e.fin') }})
