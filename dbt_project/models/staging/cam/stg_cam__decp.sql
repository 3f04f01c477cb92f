with cellules as ({{ lire_jeu('cam', 'decp') }}),

regles as (
  select
    c.*,
    c.defaut as defaut_regle
  from cellules as c
),

dedoublees as (
  select
    *,
    row_number() over (
      partition by fichier_id, (defaut_regle is null), {{ cellules_lues('cam', 'decp') }} order by fichier_id desc, ligne
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
  periode,
  exercice_fichier,
  semestre_fichier,
  depot_fichier,
  exercice_fichier as rejet_exercice,
  {{ cellules_lues('cam', 'decp') }},
  nullif(split_part(issue, '|', 1), '') as rejet_colonne,
  substr(issue, strpos(issue, '|') + 1) as rejet_motif,
  rejet_statut
from issues
