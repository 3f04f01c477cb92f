{{ config(materialized='table') }}
-- Files that count and replace a delivery of other bytes, or shorter periods together (F17), beside the longest of those they
-- replace (F1, F2): an amputated file delivered twice is still compared with the whole one. Amounts are sums of
-- absolute values; NULL where nothing measures the jeu.
-- `attestee`: the file says itself how much it holds (.controle.json, or a row Total), so it was not cut on its way.
-- a repaired version (« mutualisation reparer ») is the delivery that it repairs
with livrees as (
  select j.*, coalesce((j.dialecte -> 'reparation' ->> 'origine')::bigint, j.fichier_id) as origine
  from {{ source('journal', 'fichiers') }} as j
),

acceptees as (
  select * from livrees
  where statut = 'accepte'
),

remplacees as (
  select
    f.fichier_id,
    array[a.fichier_id] as fichiers_avant,
    a.chemin as chemin_avant,
    a.lignes as lignes_avant
  from {{ ref('stg_journal__fichiers') }} as f
  inner join livrees as c on f.fichier_id = c.fichier_id
  inner join acceptees as a
    on
      f.jeu = a.jeu and f.periode = a.periode and f.partie = a.partie
      and c.origine <> a.origine and f.sha256 <> a.sha256
  where f.jeu not in (select x.jeu from {{ ref('stg_journal__jeux') }} as x where x.decroit)
  union all
  -- what counted in the months of the file when its period came
  select
    f.fichier_id,
    array_agg(a.fichier_id),
    min(a.chemin) || case when count(*) > 1 then ' et ' || {{ compte('count(*) - 1', 'autre') }} else '' end,
    sum(a.lignes)
  from {{ ref('stg_journal__fichiers') }} as f
  inner join acceptees as c on f.jeu = c.jeu and f.periode = c.periode
  inner join acceptees as a
    on
      f.jeu = a.jeu and f.exercice = a.exercice and f.periode <> a.periode
      and f.mois_debut <= a.mois_debut and f.mois >= a.mois and c.fichier_id > a.fichier_id
  where
    f.partie = ''
    and not exists (
      select 1 from acceptees as p
      where
        p.jeu = a.jeu and p.exercice = a.exercice
        and p.mois_debut <= a.mois and p.mois >= a.mois_debut and p.fichier_id < c.fichier_id
        and (p.periode <> a.periode or p.partie = a.partie or '' in (p.partie, a.partie))
        and (case when p.periode = a.periode and p.partie = a.partie then p.version - a.version else 0 end, p.fichier_id) > (0, a.fichier_id)
    )
  group by f.fichier_id, c.fichier_id
),

precedentes as (
  select distinct on (fichier_id) *
  from remplacees
  order by fichier_id, lignes_avant desc, fichiers_avant desc
),

comparees as (
  select fichier_id from precedentes
  union all
  select unnest(fichiers_avant) from precedentes
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
  f.fichier_id, f.jeu, f.periode, f.exercice, f.chemin,
  f.lignes::bigint as lignes,
  p.chemin_avant,
  p.lignes_avant::bigint as lignes_avant,
  m.montant,
  (select sum(n.montant) from montants as n where n.fichier_id = any(p.fichiers_avant)) as montant_avant,
  coalesce(c.controle, '{}') <> '{}' or f.fichier_id in (select t.fichier_id from {{ source('journal', 'totaux') }} as t) as attestee
from precedentes as p
inner join {{ ref('stg_journal__fichiers') }} as f using (fichier_id)
inner join livrees as c on f.fichier_id = c.fichier_id
left join montants as m on f.fichier_id = m.fichier_id
