-- One row per contract segment that meets its exercice. etpt = quotité × days(segment ∩ E) / days(E) (R1).
with segments as (
  select distinct exercice, matricule, categorie, quotite_pct, date_entree, sortie
  from {{ ref('stg_rh__agents') }}
),

numerotes as (
  select
    *,
    row_number() over (order by exercice, matricule, date_entree, categorie, quotite_pct, sortie) as segment_id
  from segments
)

select
  s.segment_id, s.exercice, s.matricule, s.categorie, s.quotite_pct, s.date_entree, s.sortie,
  greatest(s.date_entree, e.debut) as debut,
  least(s.sortie, e.fin) as fin,
  {{ etpt('s', 'e') }} as etpt
from numerotes as s
inner join {{ ref('int_exercices') }} as e using (exercice)
