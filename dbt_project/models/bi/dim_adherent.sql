-- Of an exercice, published or to come, the adherents that the last base tells, and those that an older forecast names (R19): no join loses a due.
with lignes as (
  select *, exercice_base = max(exercice_base) over (partition by exercice) as est_derniere
  from {{ ref('adherents_nommes') }}
),

-- computed once by a query, whatever joins it: this is small, and a planner that expects one row would compute it for each
adherents as materialized (
  select distinct on (exercice, siret)
    exercice, siret, siren, nom, type_adherent, code_insee,
    exercice || '|' || siret as cle_adherent,
    exercice || '|' || code_insee as cle_commune
  from lignes
  where est_derniere or est_nomme
  order by exercice, siret, exercice_base desc
)

select * from adherents
