-- Statements of the journal: what was published, when, by whom, and what took its place.
with publiees as (
  select
    e.exercice::integer as exercice,
    s.version,
    (s.enonce::jsonb ->> 'scelle_le')::timestamptz as publiee_le,
    s.enonce::jsonb ->> 'prepare_par' as prepare_par
  from {{ source('journal', 'sceaux') }} as s
  cross join lateral jsonb_array_elements_text(s.enonce::jsonb -> 'exercices') as e (exercice)
  where s.acte = 'publication'
)

select
  p.exercice,
  p.version,
  p.publiee_le,
  lead(p.publiee_le) over (partition by p.exercice order by p.version) as remplacee_le,
  case when c.version is null then 'a_approuver' else 'clos' end as statut,
  p.prepare_par,
  c.approuve_par,
  row_number() over (partition by p.exercice order by p.version) as rang
from publiees as p
left join {{ source('journal', 'clotures') }} as c on p.exercice = c.exercice and p.version = c.version
