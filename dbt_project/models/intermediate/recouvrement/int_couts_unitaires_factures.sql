-- R7f: the unit cost that a tariff of the exercice bills; NULL: control cout_precedent_absent.
select *
from {{ ref('int_couts_unitaires') }}
where (exercice, dispositif) in (select t.exercice, t.dispositif from {{ ref('int_tarifs_semestre') }} as t where t.regle = 'cout_unitaire')
