-- What stops a situation (R22a): no agents, a month of time or of mandats that has not arrived, up to its own. A justification lifts
-- it (G5).
select e.exercice, e.controle, e.cle, e.valeur_attendue, e.valeur_constatee, x.remede
from {{ ref('ctl_fichiers') }} as e
inner join {{ ref('stg_journal__construction') }} as c on e.exercice = c.exercice
inner join {{ ref('controles_index') }} as x using (controle)
where
  ((e.controle = 'fichier_manquant' and e.cle = 'agents') or (e.controle = 'mois_manquant' and right(e.cle, 2)::int <= c.mois))
  and {{ non_justifie('e', 'x') }}
union all
select exercice, controle, cle, valeur_attendue, valeur_constatee, remede from {{ ref('controles_divulgation') }}
