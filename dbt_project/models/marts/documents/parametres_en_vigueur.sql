-- R1h: what a reader must know to redo the figures. Two rows of one parameter may overlap: the control says so.
select
  {{ version_courante() }} as version,
  e.exercice, p.parametre, p.debut, p.ligne, p.valeur, p.fin, p.reference
from {{ ref('int_exercices') }} as e
inner join {{ ref('stg_referentiel__parametres') }} as p
  on {{ se_rencontrent('p', 'e') }}
where e.demande
