{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'adhesions') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        {{ motif_dispositif() }}
        {{ motif_adherent() }}
      end
    ) as defaut_regle
  from cellules as c
  {{ joindre_dispositif('c.dispositif') }}
  {{ joindre_adherent('c.siret_adherent') }}
),

{{ issues_des_lignes('referentiel', 'adhesions', exercice='null::int') }}
