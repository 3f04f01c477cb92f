-- R16b: what is to be done, as it stands on the day of the report, under the theme that the row states, else that of its dispositif on
-- that day, else the last that it had.
with lignes as (
  -- of two that overlap (blocking control periodes_chevauchantes) the later one stands
  select distinct on (r.exercice, a.code) r.exercice, r.jour, a.*
  from {{ ref('int_rapports') }} as r
  inner join {{ ref('stg_referentiel__actions') }} as a on {{ en_vigueur('a', 'r.jour') }}
  where r.exercice in {{ exercices_demandes() }}
  order by r.exercice, a.code, a.debut desc, a.ligne desc
)

select
  {{ version_courante() }} as version,
  l.exercice,
  l.code,
  coalesce(l.thematique, (
    select d.thematique
    from {{ ref('stg_referentiel__dispositifs') }} as d
    where d.code = l.dispositif and d.debut <= l.jour
    order by {{ fin_de('d') }} >= l.jour desc, d.fin desc, d.debut desc, d.ligne desc
    limit 1
  )) as thematique,
  l.dispositif,
  l.action,
  {{ code_publie('l.horizon') }} as horizon,
  l.responsable,
  l.echeance,
  {{ code_publie('l.statut') }} as statut,
  coalesce(l.echeance <= l.jour, false) and {{ code_publie('l.statut') }} not in ('realisee', 'abandonnee') as en_retard
from lignes as l
