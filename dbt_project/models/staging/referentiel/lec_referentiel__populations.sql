{{ config(materialized='table', access='private') }}
with cellules as ({{ lire_jeu('referentiel', 'populations') }}),

regles as (
  select
    c.*,
    coalesce(
      c.defaut,
      case
        when c.population_totale < 0 then 'Population totale|population négative (G1)'
        when c.code_insee !~ '^[0-9][0-9AB][0-9]{3}$' then 'Code INSEE|code INSEE sur cinq caractères attendu (G1)'
      end
    ) as defaut_regle
  from cellules as c
),

{{ issues_des_lignes(
  'referentiel',
  'populations',
  cle='annee, code_insee',
  motif_cle="Population totale|deux populations différentes pour une même commune et une même année (F12)",
  exercice='null::int'
) }}
