{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'justifications') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when x.controle is null then 'Contrôle|contrôle inconnu de l''index (G5)'
        when not x.justifiable then 'Contrôle|ce contrôle ne se justifie pas : corriger le fichier du référentiel (G5)'
      end
    ) as defaut_regle
  from cellules as c
  left join {{ ref('controles_index') }} as x on c.controle = x.controle
),

{{ issues_des_lignes('referentiel', 'justifications', exercice='null::int') }}
