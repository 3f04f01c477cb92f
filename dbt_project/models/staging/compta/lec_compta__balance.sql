{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('compta', 'balance') }}),

regles as (
  select
    c.*,
    c.defaut as defaut_regle
  from cellules as c
),

{{ issues_des_lignes('compta', 'balance') }}
