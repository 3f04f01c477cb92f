{{ config(materialized='table') }}
-- Files that count and replace a delivery of other bytes, beside the longest of those they replace (F1, F2): an amputated file
-- delivered twice is still compared with the whole one. Amounts are sums of absolute values; NULL where nothing measures the jeu.
-- `attestee`: the file says itself how much it holds (.controle.json, or a row Total), so it was not cut on its way.
-- a repaired version (« mutualisation reparer ») is the delivery that it repairs
with livrees as (
  select
    j.*,
    coalesce((j.dialecte -> 'reparation' ->> 'origine')::bigint, j.fichier_id) as origine
  from {{ source('journal', 'fichiers') }} as j
),

precedentes as (
  select distinct on (f.fichier_id)
    f.fichier_id,
    a.fichier_id as fichier_avant,
    a.chemin as chemin_avant,
    a.lignes as lignes_avant
  from {{ ref('stg_journal__fichiers') }} as f
  inner join livrees as c on f.fichier_id = c.fichier_id
  inner join livrees as a
    on
      f.source = a.source and f.jeu = a.jeu and f.periode = a.periode
      and c.origine <> a.origine and f.sha256 <> a.sha256 and a.statut = 'accepte'
  where f.jeu not in (select x.jeu from {{ ref('stg_journal__jeux') }} as x where x.decroit)
  order by f.fichier_id, a.lignes desc, a.fichier_id desc
),

comparees as (
  select fichier_id from precedentes
  union
  select fichier_avant from precedentes
),

montants as (
  {% for source_nom, jeu, colonne in mesures_des_jeux() %}
  select b.fichier_id, sum(abs(b.{{ colonne }})) as montant
  from {{ source(source_nom, jeu) }} as b
  where b.fichier_id in (select c.fichier_id from comparees as c)
  group by b.fichier_id
  {{ 'union all' if not loop.last }}
  {% endfor %}
)

select
  f.fichier_id,
  f.jeu,
  f.periode,
  f.exercice,
  f.chemin,
  f.lignes::bigint as lignes,
  p.chemin_avant,
  p.lignes_avant::bigint as lignes_avant,
  m.montant,
  n.montant as montant_avant,
  coalesce(c.controle, '{}') <> '{}' or f.fichier_id in (select t.fichier_id from {{ source('journal', 'totaux') }} as t) as attestee
from precedentes as p
inner join {{ ref('stg_journal__fichiers') }} as f using (fichier_id)
inner join livrees as c on f.fichier_id = c.fichier_id
left join montants as m on f.fichier_id = m.fichier_id
left join montants as n on p.fichier_avant = n.fichier_id
