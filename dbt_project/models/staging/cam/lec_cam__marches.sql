{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('cam', 'marches') }}),

regles as (
  select
    c.*,
    c.defaut as defaut_regle
  from cellules as c
),

{{ issues_des_lignes(
  'cam',
  'marches',
  portee='fichier',
  cle='numero_marche',
  motif_cle="N° marché|deux lignes différentes pour un même marché (F12)"
) }}
