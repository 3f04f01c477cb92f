-- Gaps of the completeness controls (G6), and the jeux without data: exercice, controle, cle, statut, values.
with exercices as (
  select exercice from {{ ref('int_exercices') }} where demande
)

select
  e.exercice,
  'fichier_manquant' as controle,
  a.jeu as cle,
  'ecart' as statut,
  a.jeu || '_' || e.exercice as valeur_attendue,
  'aucun fichier' as valeur_constatee,
  null::text as seuil
from exercices as e
inner join {{ ref('stg_journal__jeux') }} as a on a.attendu = 'annuel'
where not exists (select 1 from {{ ref('stg_journal__fichiers') }} as f where f.jeu = a.jeu and f.exercice = e.exercice)
union all
select
  e.exercice,
  'mois_manquant',
  a.jeu || '_' || e.exercice || '-' || to_char(m.mois, 'FM00'),
  'ecart',
  a.jeu || '_' || e.exercice || '-' || to_char(m.mois, 'FM00'),
  'aucun fichier',
  null
from exercices as e
cross join generate_series(1, 12) as m (mois)
inner join {{ ref('stg_journal__jeux') }} as a on a.attendu = 'mensuel'
where
  not exists (select 1 from {{ ref('stg_journal__fichiers') }} as f where f.jeu = a.jeu and f.exercice = e.exercice and f.mois = m.mois)
  and not (
    a.jeu = 'mandats'
    and exists (select 1 from {{ ref('stg_compta__pes_mois') }} as p where p.exercice = e.exercice and p.mois = m.mois)
  )
union all
-- the rest is sans_donnee: no file of the exercice, or none with a row (F6)
select
  e.exercice,
  'sans_donnee',
  a.jeu,
  'sans_donnee',
  null,
  'aucune ligne',
  null
from exercices as e
cross join {{ ref('stg_journal__jeux') }} as a
where
  a.attendu = ''
  and not exists (
    select 1 from {{ ref('stg_journal__fichiers') }} as f
    where f.jeu = a.jeu and f.lignes > 0 and (f.exercice = e.exercice or a.periode in ('aucune', 'depot'))
  )
