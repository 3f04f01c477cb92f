{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'populations') }}),

regles as (
  select
    c.*,
    c.defaut as defaut_regle
  from cellules as c
),

{{ issues_des_lignes(
  'referentiel',
  'populations',
  cle='annee, code_insee',
  motif_cle="Population totale|deux populations différentes pour une même commune et une même année (F12)",
  exercice='null::int'
) }}
