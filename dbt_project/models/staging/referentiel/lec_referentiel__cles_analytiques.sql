{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'cles_analytiques') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        {{ motif_dispositif("c.dispositif not in " ~ cles_hors_dispositif() ~ " and") }}
      end
    ) as defaut_regle
  from cellules as c
  {{ joindre_dispositif('c.dispositif') }}
),

{{ issues_des_lignes('referentiel', 'cles_analytiques', exercice='null::int') }}
