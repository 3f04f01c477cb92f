-- Of an exercice, published or to come, the dispositifs that the last base tells, and those that an older forecast names (R19); of the
-- year at hand, those of its latest situation, by their own names.
with lignes as (
  select *, exercice_base = max(exercice_base) over (partition by exercice) as est_derniere
  from {{ ref('dispositifs_nommes') }}
),

connus as (
  select distinct on (exercice, dispositif)
    exercice, dispositif, libelle, thematique, valorisation, unite, nature_unites, base_opposable, cle_usage
  from lignes
  where est_derniere or est_nomme
  order by exercice, dispositif, exercice_base desc
),

en_cours as (
  select distinct exercice, dispositif, libelle, thematique
  from {{ source('journal', 'situations') }}
  where libelle is not null and exercice not in (select exercice from {{ source('journal', 'publications') }})
),

-- once by a query, as dim_adherent
dispositifs as materialized (
  select
    exercice,
    dispositif,
    coalesce(s.libelle, c.libelle) as libelle,
    case when s.dispositif is null then c.thematique else s.thematique end as thematique,
    case when s.dispositif is null then c.valorisation else 'valorisé' end as valorisation,
    c.unite,
    c.nature_unites,
    c.base_opposable,
    c.cle_usage,
    exercice || '|' || dispositif as cle_dispositif
  from connus as c
  full join en_cours as s using (exercice, dispositif)
)

select * from dispositifs
