-- G1, G4, G6: each control of the index has a result for each exercice, known and of the index. A control that comes with a
-- jeu of its own (`jeu`) has one once that jeu is there.
select p.exercice, i.controle, null as statut, null as bloquant
from (select exercice from {{ ref('int_exercices') }} where demande) as p
cross join {{ ref('controles_index') }} as i
where
  {{ controle_en_vigueur('i') }}
  and not exists (select 1 from {{ ref('controles') }} as c where c.exercice = p.exercice and c.controle = i.controle)
union all
select c.exercice, c.controle, c.statut, c.bloquant::text
from {{ ref('controles') }} as c
left join {{ ref('controles_index') }} as i using (controle)
where
  i.controle is null or c.bloquant is distinct from i.bloquant or c.statut is null
  or c.statut not in ('conforme', 'ecart', 'sans_donnee', 'non_execute')
