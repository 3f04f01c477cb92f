with exercices as (
  select exercice from {{ ref('int_exercices') }} where demande
)

-- a row goes to its own exercice, else to the one of its file; a row of no exercice (referentiel, dépôt CEE)
-- to every asked one
select
  {{ version_courante() }} as version,
  e.exercice,
  r.source,
  r.fichier,
  r.ligne,
  r.rang,
  r.colonne,
  r.valeur,
  r.motif,
  r.statut,
  r.statut in ('rejete', 'a_affecter') as a_corriger
from {{ ref('mart_rejets') }} as r
inner join exercices as e
  on
    r.rejet_exercice = e.exercice
    or (
      r.exercice_fichier = e.exercice
      and (r.rejet_exercice is null or r.rejet_exercice not in (select x.exercice from exercices as x))
    )
    or (r.rejet_exercice is null and r.exercice_fichier is null)
