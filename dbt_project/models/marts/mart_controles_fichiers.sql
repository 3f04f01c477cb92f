-- Gaps of the completeness controls (G6), and the jeux without data: exercice, controle, cle, statut, values.
with exercices as (
  select exercice from {{ ref('int_exercices') }} where demande
),

fichiers as (
  select * from {{ source('journal', 'fichiers_courants') }}
),

-- the registry says what is expected of each jeu
attendus as (
  {% set lignes = [] %}
  {% if execute %}
    {% for s in graph.sources.values() if s.source_name != 'journal' %}
      {% set m = s.config.meta or s.meta %}
      {% if not m.silencieux %}
      {% do lignes.append("select '" ~ s.source_name ~ "' as source, '" ~ s.name ~ "' as jeu, '" ~ m.periode ~ "' as periode, '" ~ (m.attendu or '') ~ "' as attendu") %}
      {% endif %}
    {% endfor %}
  {% endif %}
  {{ lignes | join(' union all ') if lignes else "select '' as source, '' as jeu, '' as periode, '' as attendu" }}
),

mois_pes as (
  select distinct
    extract(year from dtebordem)::int as exercice,
    extract(month from dtebordem)::int as mois
  from (
    select lecture.date(b.dtebordem) as dtebordem
    from {{ source('compta', 'pes') }} as b
    where b.sens = 'depense' and b.fichier_id in (select f.fichier_id from fichiers as f)
  ) as d
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
inner join attendus as a on a.attendu = 'annuel'
where not exists (select 1 from fichiers as f where f.jeu = a.jeu and f.exercice = e.exercice)
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
inner join attendus as a on a.attendu = 'mensuel'
where
  not exists (select 1 from fichiers as f where f.jeu = a.jeu and f.exercice = e.exercice and f.mois = m.mois)
  and not (
    a.jeu = 'mandats'
    and exists (select 1 from mois_pes as p where p.exercice = e.exercice and p.mois = m.mois)
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
cross join attendus as a
where
  a.attendu = ''
  and not exists (
    select 1 from fichiers as f
    where f.jeu = a.jeu and f.lignes > 0 and (f.exercice = e.exercice or a.periode in ('aucune', 'depot'))
  )
