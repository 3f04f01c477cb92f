{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('compta', 'balance') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.exer <> c.exercice_fichier then 'EXER|exercice différent de celui du nom du fichier (C5)'
      end
    ) as defaut_regle
  from cellules as c
),

{{ issues_des_lignes('compta', 'balance') }}
