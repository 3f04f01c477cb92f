-- R22c: what the method of a landing would have said of E−1 at the same month, beside what E−1 was, over the dispositifs that E−2 had.
-- Mean costs that may tell a pay are not read for that (R2i): nothing is said then, and nothing without E−2.
select
  a.exercice::integer as exercice,
  a.mois::integer as mois,
  sum(a.cout_alors + p.cout_net - m.cout_net)::numeric(15, 2) as atterrissage_cout,
  sum(n.cout_net)::numeric(15, 2) as cout,
  sum({{ recettes_a_la_fin('v', 'a', 'p', 'm') }})::numeric(15, 2) as atterrissage_recettes,
  sum(n.recettes)::numeric(15, 2) as recettes
from {{ ref('stg_journal__construction') }} as c
inner join {{ ref('int_situations') }} as a on c.exercice - 1 = a.exercice and c.mois = a.mois
inner join {{ ref('int_situations') }} as n on a.exercice = n.exercice and n.mois = 12 and a.dispositif = n.dispositif
inner join {{ ref('int_situations') }} as m on a.exercice - 1 = m.exercice and a.mois = m.mois and a.dispositif = m.dispositif
inner join {{ ref('int_situations') }} as p on m.exercice = p.exercice and p.mois = 12 and m.dispositif = p.dispositif
left join {{ ref('int_previsions') }} as v
  on m.exercice = v.exercice_base and a.exercice = v.exercice and v.scenario = 'engage' and a.dispositif = v.dispositif
where not exists (
  select from {{ ref('int_groupes_lus') }} as g where g.restreint and g.exercice in (a.exercice, a.exercice_prix_alors, m.exercice)
)
group by a.exercice, a.mois
