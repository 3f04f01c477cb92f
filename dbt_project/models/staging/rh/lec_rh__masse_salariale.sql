{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('rh', 'masse_salariale') }}),

regles as (
  select
    c.*,
    c.defaut as defaut_regle
  from cellules as c
),

{{ issues_des_lignes(
  'rh',
  'masse_salariale',
  portee='fichier',
  cle='categorie',
  motif_cle="Catégorie|deux lignes différentes pour une même catégorie (F12)"
) }}
