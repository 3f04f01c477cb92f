{% set fiches -%}
left join (
    select f.code_fiche, range_agg(daterange(f.engagement_debut, f.engagement_fin, '[]')) as engagements
    from {{ ref('cee_fiches_versions') }} as f group by f.code_fiche
  ) as v on c.code_fiche = v.code_fiche
{%- endset %}
{% call lecture(
  'cee', 'operations', fiches, portee='fichier',
  cle='reference', motif_cle="Référence opération|deux lignes différentes pour une même référence (F12)"
) %}
  {{ motif_adherent('siren_beneficiaire', 'SIREN bénéficiaire', 'siren') }}
  -- an opération spécifique has no standard fiche, hence no version (G11)
  when starts_with(c.code_fiche, 'SPE-') then null
  when v.code_fiche is null then 'Code fiche|fiche inconnue (G11)'
  when (v.engagements @> c.date_engagement) is not true then 'Code fiche|aucune version de la fiche en vigueur à la date d''engagement (G11)'
{% endcall %}
