{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('cam', 'marches') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.date_fin < c.date_notification then 'Date fin|la fin précède la notification (G1)'
      end
    ) as defaut_regle
  from cellules as c
),

{{ issues_des_lignes(
  'cam',
  'marches',
  portee='fichier',
  cle='numero_marche',
  motif_cle="N° marché|deux lignes différentes pour un même marché (F12)"
) }}
