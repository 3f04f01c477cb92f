-- Each commune once a year, whoever of its adherents names it: its population can be summed. One that only an older forecast names has none.
with lignes as (
  select *, exercice_base = max(exercice_base) over (partition by exercice) as est_derniere
  from {{ ref('adherents_nommes') }}
),

-- once by a query, as dim_adherent
communes as materialized (
  select distinct on (exercice, code_insee)
    exercice,
    code_insee,
    case when type_adherent = 'commune' then nom end as nom,
    case when est_derniere then population_de_sa_commune end as population,
    case when est_derniere then classe_population end as classe_population,
    exercice || '|' || code_insee as cle_commune
  from lignes
  where code_insee is not null and (est_derniere or est_nomme)
  order by exercice, code_insee, est_derniere desc, type_adherent <> 'commune', exercice_base desc, siret collate "C"
)

select * from communes
