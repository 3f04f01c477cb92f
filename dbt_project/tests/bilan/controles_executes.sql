-- G1, G6. A control that comes with a jeu of its own (`jeu`) has a result once that jeu is there.
select p.exercice, i.controle
from (select exercice from {{ ref('int_exercices') }} where demande) as p
cross join {{ ref('controles_index') }} as i
where
  {{ controle_en_vigueur('i') }}
  and not exists (select 1 from {{ ref('controles') }} as c where c.exercice = p.exercice and c.controle = i.controle)
