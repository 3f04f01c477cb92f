with cellules as ({{ lire_jeu('referentiel', 'roles_comptes') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.fin < c.debut then 'Fin|la fin précède le début'
        when c.prefixe !~ '^[0-9]+$' then 'Préfixe|préfixe de compte attendu'
        when c.role not in (select r.role from {{ ref('comptes_role_cout') }} as r)
          then 'Rôle|rôle inconnu de comptes_role_cout (R3h)'
      end
    ) as defaut_regle
  from cellules as c
),

dedoublees as (
  select
    *,
    row_number() over (
      partition by (defaut_regle is null), {{ cellules_lues('referentiel', 'roles_comptes') }} order by ligne
    ) as rang
  from regles
),

issues as (
  select
    *,
    case
      when defaut_regle is not null then 'rejete'
      when rang > 1 then 'doublon'
    end as rejet_statut,
    case
      when defaut_regle is not null then defaut_regle
      when rang > 1 then '|ligne répétée à l''identique'
    end as issue
  from dedoublees
)

select
  fichier_id,
  ligne,
  fichier,
  sha256,
  null::int as rejet_exercice,
  {{ cellules_lues('referentiel', 'roles_comptes') }},
  nullif(split_part(issue, '|', 1), '') as rejet_colonne,
  substr(issue, strpos(issue, '|') + 1) as rejet_motif,
  rejet_statut
from issues
