{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'ponderations') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        {{ motif_periode() }}
        {{ motif_dispositif() }}
        when c.poids < 0 then 'Poids|poids négatif (C1)'
      end
    ) as defaut_regle
  from cellules as c
  {{ joindre_dispositif('c.dispositif') }}
),

{{ issues_des_lignes('referentiel', 'ponderations', exercice='null::int') }}
