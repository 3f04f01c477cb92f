{{ config(materialized='table', access='private') }}
-- An empty dispositif is the whole bilan.
with cellules as ({{ lire_jeu('referentiel', 'textes') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        {{ motif_dispositif('c.dispositif is not null and') }}
      end
    ) as defaut_regle
  from cellules as c
  {{ joindre_dispositif('c.dispositif') }}
),

{{ issues_des_lignes('referentiel', 'textes', exercice='null::int') }}
