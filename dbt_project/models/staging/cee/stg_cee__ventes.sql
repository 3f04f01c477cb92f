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

dedoublees as (
  select
    *,
    row_number() over (
      partition by (defaut_regle is null), {{ cellules_lues('cee', 'ventes') }} order by fichier_id desc, ligne
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
  {{ cellules_lues('cee', 'ventes') }},
  extract(year from date_vente)::int as exercice_vente,
  nullif(split_part(issue, '|', 1), '') as rejet_colonne,
  substr(issue, strpos(issue, '|') + 1) as rejet_motif,
  rejet_statut
from issues
