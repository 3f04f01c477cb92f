with cellules as ({{ lire_jeu('referentiel', 'cles_analytiques') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.fin < c.debut then 'Fin|la fin précède le début'
        when c.dispositif not in ('STRUCTURE', 'HORS') and d.code is null then 'Dispositif|dispositif absent du fichier dispositifs (G11)'
        when c.part_communes < 0 or c.part_communes > 100 then 'Part communes %|part hors de [0, 100] (R1f)'
      end
    ) as defaut_regle
  from cellules as c
  left join (select distinct code from {{ ref('stg_referentiel__dispositifs') }} where rejet_statut is null) as d
    on c.dispositif = d.code
),

{{ issues_des_lignes('referentiel', 'cles_analytiques', exercice='null::int') }}
