{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'cles_analytiques') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        {{ motif_periode() }}
        {{ motif_dispositif("c.dispositif not in " ~ cles_hors_dispositif() ~ " and") }}
        when c.part_communes < 0 or c.part_communes > 100 then 'Part communes %|part hors de [0, 100] (R1f)'
      end
    ) as defaut_regle
  from cellules as c
  {{ joindre_dispositif('c.dispositif') }}
),

{{ issues_des_lignes('referentiel', 'cles_analytiques', exercice='null::int') }}
