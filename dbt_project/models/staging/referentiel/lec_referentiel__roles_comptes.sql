{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'roles_comptes') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        {{ motif_periode() }}
        when c.prefixe !~ '^[0-9]+$' then 'Préfixe|préfixe de compte attendu (R3h)'
      end
    ) as defaut_regle
  from cellules as c
),

{{ issues_des_lignes('referentiel', 'roles_comptes', exercice='null::int') }}
