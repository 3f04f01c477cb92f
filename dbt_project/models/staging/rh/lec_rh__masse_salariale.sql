{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('rh', 'masse_salariale') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.exercice <> c.exercice_fichier then 'Exercice|exercice différent de celui du nom du fichier (C5)'
        when c.etpt < 0 then 'ETPT|ETPT négatif (G1)'
      end
    ) as defaut_regle
  from cellules as c
),

{{ issues_des_lignes(
  'rh',
  'masse_salariale',
  portee='fichier',
  cle='categorie',
  motif_cle="Catégorie|deux lignes différentes pour une même catégorie (F12)"
) }}
