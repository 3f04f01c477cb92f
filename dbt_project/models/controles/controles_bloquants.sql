-- What forbids to publish (G4, G5): a blocking control that found a gap or did not run, unless a justification that says
-- something was given for a control that may be justified.
select exercice, controle, cle, statut, valeur_attendue, valeur_constatee, seuil, remede
from {{ ref('controles_resultats') }}
where
  bloquant and statut in ('ecart', 'non_execute')
  and (not justifiable or coalesce(btrim(justification), '') = '')
