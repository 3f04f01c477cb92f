with cellules as ({{ lire_jeu('cee', 'operations') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.volume_classique < 0 then 'Volume classique (kWhc)|volume négatif (C9)'
        when c.volume_precarite < 0 then 'Volume précarité (kWhc)|volume négatif (C9)'
        when c.date_engagement < c.date_rai then 'Date engagement|engagement antérieur au RAI'
        when a.siren is null then 'SIREN bénéficiaire|SIREN absent du fichier adherents (G11)'
        when not exists (select 1 from {{ ref('cee_fiches_versions') }} as v where v.code_fiche = c.code_fiche) then 'Code fiche|fiche inconnue (G11)'
        when not exists (select 1 from {{ ref('cee_fiches_versions') }} as v where v.code_fiche = c.code_fiche and c.date_engagement >= v.engagement_debut and c.date_engagement <= coalesce(v.engagement_fin, 'infinity')) then 'Code fiche|aucune version de la fiche en vigueur à la date d''engagement'
      end
    ) as defaut_regle
  from cellules as c
  left join (select distinct siren from {{ ref('stg_referentiel__adherents') }} where rejet_statut is null) as a
    on c.siren_beneficiaire = a.siren
),

dedoublees as (
  select
    *,
    row_number() over (
      partition by fichier_id, (defaut_regle is null), {{ cellules_lues('cee', 'operations') }} order by fichier_id desc, ligne
    ) as rang
  from regles
),

identites as (
  select
    *,
    count(*) filter (where defaut_regle is null and rang = 1) over (partition by fichier_id, reference) as nombre
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
      when nombre > 1 then 'Référence opération|deux lignes différentes pour une même référence (F12)'
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
  null::int as rejet_exercice,
  {{ cellules_lues('cee', 'operations') }},
  nullif(split_part(issue, '|', 1), '') as rejet_colonne,
  substr(issue, strpos(issue, '|') + 1) as rejet_motif,
  rejet_statut
from issues
