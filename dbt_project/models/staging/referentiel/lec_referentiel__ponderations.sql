{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'ponderations') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        {{ motif_dispositif() }}
      end
    ) as defaut_regle
  from cellules as c
  {{ joindre_dispositif('c.dispositif') }}
),

{{ issues_des_lignes('referentiel', 'ponderations', exercice='null::int') }}
