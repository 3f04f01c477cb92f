-- R16: what is to be done, by the row of each Code in force on 31 December, beside that of a year before.
with lignes as (
  -- of two that overlap (blocking control periodes_chevauchantes) the later one stands
  select distinct on (e.exercice, j.recul, a.code)
    e.exercice, e.fin as jour, j.recul, a.code, a.dispositif, a.action, a.responsable, a.echeance,
    {{ code_publie('a.horizon') }} as horizon,
    {{ code_publie('a.statut') }} as statut
  from {{ ref('int_exercices') }} as e
  cross join (values (0), (1)) as j (recul)
  inner join {{ ref('stg_referentiel__actions') }} as a on {{ en_vigueur('a', 'make_date(e.exercice - j.recul, 12, 31)') }}
  where e.exercice in {{ exercices_demandes() }}
  order by e.exercice, j.recul, a.code, a.debut desc, a.ligne desc
)

select
  {{ version_courante() }} as version,
  n.exercice,
  n.code,
  n.dispositif,
  n.action,
  n.horizon,
  n.responsable,
  n.echeance,
  n.statut,
  p.statut as statut_precedent,
  coalesce(n.echeance <= n.jour, false) and n.statut not in ('realisee', 'abandonnee') as en_retard
from lignes as n
left join lignes as p on n.exercice = p.exercice and n.code = p.code and p.recul = 1
where n.recul = 0
