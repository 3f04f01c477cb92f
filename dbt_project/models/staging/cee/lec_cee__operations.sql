{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('cee', 'operations') }}),

fiches as (
  select code_fiche, range_agg(daterange(engagement_debut, engagement_fin, '[]')) as engagements
  from {{ ref('cee_fiches_versions') }}
  group by code_fiche
),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        {{ motif_adherent('SIREN bénéficiaire', 'siren') }}
        -- an opération spécifique has no standard fiche, hence no version (G11)
        when starts_with(c.code_fiche, 'SPE-') then null
        when v.code_fiche is null then 'Code fiche|fiche inconnue (G11)'
        when (v.engagements @> c.date_engagement) is not true then 'Code fiche|aucune version de la fiche en vigueur à la date d''engagement (G11)'
      end
    ) as defaut_regle
  from cellules as c
  left join fiches as v on c.code_fiche = v.code_fiche
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
