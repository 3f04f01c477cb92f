-- What a year before had by the end of that month, and has not come: month by month, whatever file gave it (F17, G6).
with demandes as (
  select exercice, mois from {{ ref('stg_journal__construction') }}
),

arrives (jeu, exercice, mois, periode) as (
  select f.jeu, f.exercice, m.mois, to_char(m.mois, 'FM00')
  from {{ ref('stg_journal__fichiers') }} as f
  cross join generate_series(f.mois_debut, f.mois) as m (mois)
  union
  select jeu, exercice, 6 * semestre, 'S' || semestre
  from {{ ref('stg_journal__fichiers') }}
  where semestre is not null
  union
  select 'mandats', exercice, mois, to_char(mois, 'FM00') from {{ ref('stg_compta__pes_mois') }}
)

select d.exercice::integer as exercice, (a.jeu || '_' || d.exercice || '-' || a.periode)::text as nom
from demandes as d
inner join arrives as a on d.exercice - 1 = a.exercice and d.mois >= a.mois
except
select exercice, jeu || '_' || exercice || '-' || periode from arrives
except
-- a PES gives titres too, those of January to the exercice before
select extract(year from date_emission)::int, 'titres_' || to_char(date_emission, 'YYYY-MM')
from {{ ref('stg_compta__ecritures') }}
where sens = 'titre'
