with cellules as ({{ lire_jeu('referentiel', 'justifications') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when x.controle is null then 'Contrôle|contrôle inconnu de l''index'
        when not x.justifiable then 'Contrôle|ce contrôle ne se justifie pas : corriger le fichier du référentiel'
      end
    ) as defaut_regle
  from cellules as c
  left join {{ ref('controles_index') }} as x on c.controle = x.controle
),

dedoublees as (
  select
    *,
    row_number() over (
      partition by (defaut_regle is null), {{ cellules_lues('referentiel', 'justifications') }} order by ligne
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
  {{ cellules_lues('referentiel', 'justifications') }},
  nullif(split_part(issue, '|', 1), '') as rejet_colonne,
  substr(issue, strpos(issue, '|') + 1) as rejet_motif,
  rejet_statut
from issues
