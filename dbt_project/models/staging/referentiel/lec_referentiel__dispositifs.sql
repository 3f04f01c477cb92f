{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'dispositifs') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.code in {{ codes_reserves() }} then 'Code|code réservé (G1)'
      end
    ) as defaut_regle
  from cellules as c
),

{{ issues_des_lignes('referentiel', 'dispositifs', exercice='null::int') }}
