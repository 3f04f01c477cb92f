with cellules as ({{ lire_jeu('rh', 'masse_salariale') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.exercice <> c.exercice_fichier then 'Exercice|exercice différent de celui du nom du fichier (C5)'
        when c.etpt < 0 then 'ETPT|ETPT négatif'
      end
    ) as defaut_regle
  from cellules as c
),

dedoublees as (
  select
    *,
    row_number() over (
      partition by fichier_id, (defaut_regle is null), {{ cellules_lues('rh', 'masse_salariale') }} order by fichier_id desc, ligne
    ) as rang
  from regles
),

identites as (
  select
    *,
    count(*) filter (where defaut_regle is null and rang = 1) over (partition by fichier_id, categorie) as nombre
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
      when nombre > 1 then 'Catégorie|deux lignes différentes pour une même catégorie (F12)'
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
  {{ cellules_lues('rh', 'masse_salariale') }},
  nullif(split_part(issue, '|', 1), '') as rejet_colonne,
  substr(issue, strpos(issue, '|') + 1) as rejet_motif,
  rejet_statut
from issues
