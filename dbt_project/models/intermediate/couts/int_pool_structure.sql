-- What the structure pool of each exercice is made of (R2): one row per exercice × account × reason.
select exercice, nature as compte, 'charge' as nature_charge, sum(montant_mesure) as montant
from {{ ref('int_ecritures_parts') }}
where destination = 'STRUCTURE'
group by exercice, nature
union all
select exercice, compte, 'amortissement', sum(dotation_part)
from {{ ref('int_amortissements') }}
where destination = 'STRUCTURE'
group by exercice, compte
union all
select s.exercice, {{ regle('structure_personnel') }}, 'personnel', sum({{ arrondi('s.etp * c.cout_moyen') }})
from {{ ref('int_etp') }} as s
inner join {{ ref('int_couts_categories') }} as c using (exercice, categorie)
where s.destination = 'STRUCTURE' and c.cout_moyen is not null
group by s.exercice
