with cellules as ({{ lire_jeu('cam', 'marches') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.date_fin < c.date_notification then 'Date fin|la fin précède la notification'
      end
    ) as defaut_regle
  from cellules as c
),

dedoublees as (
  select
    *,
    row_number() over (
      partition by fichier_id, (defaut_regle is null), {{ cellules_lues('cam', 'marches') }} order by fichier_id desc, ligne
    ) as rang
  from regles
),

identites as (
  select
    *,
    count(*) filter (where defaut_regle is null and rang = 1) over (partition by fichier_id, numero_marche) as nombre
  from dedoublees
),

issues as (
  select
    *,
    case
      when defaut_regle is not null then 'rejete'
      when rang > 1 then 'doublon'
      when nombre > 1 then 'rejete'
    end as rejet_statut,
    case
      when defaut_regle is not null then defaut_regle
      when rang > 1 then '|ligne répétée à l''identique'
      when nombre > 1 then 'N° marché|deux lignes différentes pour un même marché (F12)'
    end as issue
  from identites
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
  {{ cellules_lues('cam', 'marches') }},
  nullif(split_part(issue, '|', 1), '') as rejet_colonne,
  substr(issue, strpos(issue, '|') + 1) as rejet_motif,
  rejet_statut
from issues
