-- What whatever is given out would disclose of the exercices that it reads (R2j), and no justification lifts (G5).
select e.*, x.remede
from {{ ref('ctl_divulgation') }} as e
inner join {{ ref('controles_index') }} as x using (controle)
where {{ non_justifie('e', 'x') }}
