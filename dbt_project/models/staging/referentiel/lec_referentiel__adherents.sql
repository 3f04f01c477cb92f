{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'adherents') }}),

regles as (
  select
    c.*,
    c.defaut as defaut_regle
  from cellules as c
),

{{ issues_des_lignes('referentiel', 'adherents', exercice='null::int') }}
