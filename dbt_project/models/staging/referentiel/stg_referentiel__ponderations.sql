with cellules as ({{ lire_jeu('referentiel', 'ponderations') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.fin < c.debut then 'Fin|la fin précède le début'
        when d.code is null then 'Dispositif|dispositif absent du fichier dispositifs (G11)'
        when c.poids < 0 then 'Poids|poids négatif'
      end
    ) as defaut_regle
  from cellules as c
  left join (select distinct code from {{ ref('stg_referentiel__dispositifs') }} where rejet_statut is null) as d
    on c.dispositif = d.code
),

{{ issues_des_lignes('referentiel', 'ponderations', exercice='null::int') }}
