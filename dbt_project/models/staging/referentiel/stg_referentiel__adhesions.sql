with cellules as ({{ lire_jeu('referentiel', 'adhesions') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.fin < c.debut then 'Fin|la fin précède le début'
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

{{ issues_des_lignes('referentiel', 'adhesions', exercice='null::int') }}
