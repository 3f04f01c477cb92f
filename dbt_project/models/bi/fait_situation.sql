-- R22b: the months of a published exercice, by its version; of one that is not, its latest situation.
select
  m.exercice, m.mois, m.dispositif, m.etp, m.cout_personnel, m.cout_fonctionnement, m.amortissements, m.subventions, m.reprises,
  m.cout_net, m.recettes,
  false as provisoire
from {{ source('versions', 'mois_de_l_exercice') }} as m
inner join {{ ref('dim_exercice') }} as e on m.exercice = e.exercice and m.version = e.version
union all
select
  exercice, mois, dispositif, etp, cout_personnel, cout_fonctionnement, amortissements, subventions, reprises, cout_net, recettes,
  true
from {{ source('journal', 'situations') }}
where exercice not in (select exercice from {{ source('journal', 'publications') }})
