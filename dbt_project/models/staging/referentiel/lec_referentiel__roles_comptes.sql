{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'roles_comptes') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.fin < c.debut then 'Fin|la fin précède le début'
        when c.prefixe !~ '^[0-9]+$' then 'Préfixe|préfixe de compte attendu'
        when lecture.repli(c.role) not in (select lecture.repli(r.role) from {{ ref('comptes_role_cout') }} as r)
          then 'Rôle|rôle inconnu de comptes_role_cout (R3h)'
      end
    ) as defaut_regle
  from cellules as c
),

{{ issues_des_lignes('referentiel', 'roles_comptes', exercice='null::int') }}
