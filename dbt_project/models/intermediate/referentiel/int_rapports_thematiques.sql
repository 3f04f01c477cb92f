-- R14c: the order in which a report reads its themes, and whether a service has ever been of each.
select r.exercice, t.thematique, min(t.rang) as rang,
  {{ mot_replie('t.thematique') }} in (select {{ mot_replie('d.thematique') }} from {{ ref('stg_referentiel__dispositifs') }} as d) as connue
from (
  select exercice, {{ parametre('ordre_thematiques', 'make_date(e.exercice, 12, 31)') }} as ordre
  from {{ ref('int_rapports') }} as e
) as r
cross join lateral regexp_split_to_table(r.ordre, '\s*;\s*') with ordinality as t (thematique, rang)
where t.thematique <> ''
group by r.exercice, t.thematique
