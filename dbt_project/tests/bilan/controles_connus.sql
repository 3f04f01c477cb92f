-- G1, G4.
select c.exercice, c.controle, c.statut, c.bloquant
from {{ ref('controles') }} as c
left join {{ ref('controles_index') }} as i using (controle)
where
  i.controle is null or c.bloquant is distinct from i.bloquant or c.statut is null
  or c.statut not in ('conforme', 'ecart', 'sans_donnee', 'non_execute')
