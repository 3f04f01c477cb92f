{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'roles_comptes') }}),

regles as (
  select
    c.*,
    c.defaut as defaut_regle
  from cellules as c
),

{{ issues_des_lignes('referentiel', 'roles_comptes', exercice='null::int') }}
