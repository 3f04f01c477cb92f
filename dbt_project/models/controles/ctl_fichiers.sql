-- Gaps of the completeness controls (G6), the jeux without data, and the columns that one file has and a later one lacks
-- (G14): exercice, controle, cle, statut, values.
with exercices as (
  select exercice from {{ ref('int_exercices') }} where demande
),

-- files by month, quarter and half-year follow each other within E, yearly ones from E−1 to E
tabulaires as (
  select exercice, jeu, periode, partie, rang_periode, chemin, colonnes_absentes, length(periode) = 4 as annuel
  from {{ ref('stg_journal__fichiers') }}
  where jeu not in ('pes', 'decp', 'balance')
),

disparues as (
  select f.exercice, f.jeu, c.colonne, f.chemin, (array_agg(p.periode order by p.rang_periode desc))[1] as vue
  from tabulaires as f
  cross join lateral jsonb_array_elements_text(f.colonnes_absentes) as c (colonne)
  inner join tabulaires as p
    on
      f.jeu = p.jeu
      and f.annuel = p.annuel
      and case when f.annuel then f.exercice - 1 else f.exercice end = p.exercice
      and p.rang_periode < f.rang_periode
      -- a part is held against itself, or against a whole file (F21)
      and (f.partie = p.partie or '' in (f.partie, p.partie))
      and not p.colonnes_absentes @> to_jsonb(c.colonne)
  where f.exercice in (select e.exercice from exercices as e)
  group by f.exercice, f.jeu, c.colonne, f.chemin
),

-- the parts of each period beside those of the one before, of the same length (F21)
parties as (
  select
    jeu, exercice, periode, array_agg(partie) as ici,
    lag(array_agg(partie)) over suite as avant,
    lag(periode) over suite as periode_avant
  from {{ ref('stg_journal__fichiers') }}
  where exercice is not null
  group by jeu, exercice, periode, rang_periode, mois - mois_debut
  window suite as (partition by jeu, mois - mois_debut order by rang_periode)
)

select
  e.exercice, 'fichier_manquant' as controle, a.jeu as cle, 'ecart' as statut, a.jeu || '_' || e.exercice as valeur_attendue,
  'aucun fichier' as valeur_constatee, null::text as seuil
from exercices as e
inner join {{ ref('stg_journal__jeux') }} as a on a.attendu = 'annuel'
where not exists (select 1 from {{ ref('stg_journal__fichiers') }} as f where f.jeu = a.jeu and f.exercice = e.exercice)
union all
select
  e.exercice, 'mois_manquant', a.jeu || '_' || e.exercice || '-' || to_char(m.mois, 'FM00'), 'ecart',
  a.jeu || '_' || e.exercice || '-' || to_char(m.mois, 'FM00'), 'aucun fichier', null
from exercices as e
cross join generate_series(1, 12) as m (mois)
inner join {{ ref('stg_journal__jeux') }} as a on a.attendu = 'mensuel'
where
  not exists (select 1 from {{ ref('stg_journal__fichiers') }} as f where f.jeu = a.jeu and f.exercice = e.exercice and m.mois between f.mois_debut and f.mois)
  and not (
    a.jeu = 'mandats'
    and exists (select 1 from {{ ref('stg_compta__pes_mois') }} as p where p.exercice = e.exercice and p.mois = m.mois)
  )
union all
-- the rest is sans_donnee: no file of the exercice, or none with a row (F6)
select e.exercice, 'sans_donnee', a.jeu, 'sans_donnee', null, 'aucune ligne', null
from exercices as e
cross join {{ ref('stg_journal__jeux') }} as a
where
  a.attendu = ''
  and not exists (
    select 1 from {{ ref('stg_journal__fichiers') }} as f
    where f.jeu = a.jeu and f.lignes > 0 and (f.exercice = e.exercice or a.periode in ('aucune', 'depot'))
  )
union all
select
  exercice, 'colonne_disparue', jeu || '/' || colonne, 'ecart', 'la colonne, comme dans ' || jeu || '_' || min(vue),
  'absente de ' || string_agg(chemin, ', ' order by chemin), null
from disparues
group by exercice, jeu, colonne
union all
select
  p.exercice, 'part_absente', p.jeu || '_' || p.periode || '_part-' || a.partie, 'ecart',
  'la partie, comme dans ' || p.jeu || '_' || p.periode_avant, 'aucun fichier', null
from parties as p
cross join unnest(p.avant) as a (partie)
where a.partie <> '' and a.partie <> all(p.ici) and '' <> all(p.ici) and p.exercice in (select e.exercice from exercices as e)
