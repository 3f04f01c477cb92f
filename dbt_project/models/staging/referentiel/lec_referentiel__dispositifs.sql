{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'dispositifs') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.fin < c.debut then 'Fin|la fin précède le début (G1)'
        when c.code in {{ codes_reserves() }} then 'Code|code réservé (G1)'
      end
    ) as defaut_regle
  from cellules as c
),

{{ issues_des_lignes('referentiel', 'dispositifs', exercice='null::int') }}
