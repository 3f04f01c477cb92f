-- `numero_semestre`: 1 or 2, however it is written (C9). The same quantity in both semestres is no repeat.
with cellules as (
  select
    l.*,
    case when l.semestre in ('1', '2', 'S1', 'S2') then right(l.semestre, 1)::int end as numero_semestre
  from ({{ lire_jeu('activite', 'unites') }}) as l
),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.exercice <> c.exercice_fichier then 'Exercice|exercice différent de celui du nom du fichier (C5)'
        when c.numero_semestre <> c.semestre_fichier then 'Semestre|semestre différent de celui du nom du fichier (C5)'
        when d.code is null then 'Dispositif|dispositif absent du fichier dispositifs (G11)'
        when a.siret is null then 'SIRET adhérent|SIRET absent du fichier adherents (G11)'
      end
    ) as defaut_regle
  from cellules as c
  left join (select distinct code from {{ ref('stg_referentiel__dispositifs') }} where rejet_statut is null) as d
    on c.dispositif = d.code
  left join (select distinct siret from {{ ref('stg_referentiel__adherents') }} where rejet_statut is null) as a
    on c.siret_adherent = a.siret
),

dedoublees as (
  select
    *,
    row_number() over (
      partition by (defaut_regle is null), numero_semestre, {{ cellules_lues('activite', 'unites', ['semestre']) }} order by fichier_id desc, ligne
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
  {{ cellules_lues('activite', 'unites') }},
  numero_semestre,
  nullif(split_part(issue, '|', 1), '') as rejet_colonne,
  substr(issue, strpos(issue, '|') + 1) as rejet_motif,
  rejet_statut
from issues
