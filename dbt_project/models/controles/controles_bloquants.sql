-- What forbids to publish (G4, G5): a blocking control that found a gap or did not run, unless a justification that says
-- something was given for a control that may be justified. Of an exercice that is read and not asked, what would be disclosed (R2j).
select exercice, controle, cle, statut, valeur_attendue, valeur_constatee, seuil, remede
from {{ ref('controles_resultats') }}
where
  bloquant and statut in ('ecart', 'non_execute')
  and (not justifiable or coalesce(btrim(justification), '') = '')
union all
select exercice, controle, cle, statut, valeur_attendue, valeur_constatee, seuil, remede
from {{ ref('controles_divulgation') }}
where exercice not in (select e.exercice from {{ ref('int_exercices') }} as e where e.demande)
