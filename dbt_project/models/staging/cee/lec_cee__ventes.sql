{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('cee', 'ventes') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.volume_vendu < 0 then 'Volume vendu (kWhc)|volume négatif (C9)'
        when c.prix < 0 then 'Prix (€/MWhc)|prix négatif (C9)'
      end
    ) as defaut_regle
  from cellules as c
),

{{ issues_des_lignes('cee', 'ventes') }}
