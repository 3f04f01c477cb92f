-- R6, by the type of who paid.
select
  exercice,
  dispositif,
  case type_adherent when 'commune' then 'communes' when 'satellite' then 'satellites' when 'autre' then 'autres' else type_adherent end
    as origine,
  sum(montant) as montant
from {{ ref('int_recettes_adherents') }}
group by 1, 2, 3
