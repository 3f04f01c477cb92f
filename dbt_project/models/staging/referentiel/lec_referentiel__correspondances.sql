{{ config(materialized='table', access='private') }}
-- What F16 says of each row is noted at the landing (ingestion/correspondances.py), which reads the files with it.
with cellules as ({{ lire_jeu('referentiel', 'correspondances') }}),

regles as (
  select
    c.*,
    c.defaut as defaut_regle
  from cellules as c
),

{{ issues_des_lignes('referentiel', 'correspondances', exercice='null::int') }}
