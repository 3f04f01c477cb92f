{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('cee', 'operations') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        {{ motif_adherent('SIREN bénéficiaire', 'siren') }}
        -- an opération spécifique has no standard fiche, hence no version (G11)
        when starts_with(c.code_fiche, 'SPE-') then null
        when not exists (select 1 from {{ ref('cee_fiches_versions') }} as v where v.code_fiche = c.code_fiche) then 'Code fiche|fiche inconnue (G11)'
        when not exists (select 1 from {{ ref('cee_fiches_versions') }} as v where v.code_fiche = c.code_fiche and c.date_engagement >= v.engagement_debut and c.date_engagement <= coalesce(v.engagement_fin, 'infinity')) then 'Code fiche|aucune version de la fiche en vigueur à la date d''engagement (G11)'
      end
    ) as defaut_regle
  from cellules as c
  {{ joindre_adherent('c.siren_beneficiaire', 'siren') }}
),

{{ issues_des_lignes(
  'cee',
  'operations',
  portee='fichier',
  cle='reference',
  motif_cle="Référence opération|deux lignes différentes pour une même référence (F12)",
  exercice='null::int'
) }}
