-- What a bound may name is what the bilan publishes: an indicator that neither side knows would be judged by nothing.
with connus as (
  select unnest(array['{{ indicateurs() | join("', '") }}']) as indicateur
),

publies as (
  select distinct indicateur from {{ ref('indicateurs_cles') }}
)

select coalesce(c.indicateur, p.indicateur) as indicateur
from connus as c
full join publies as p on c.indicateur = p.indicateur
where c.indicateur is null or p.indicateur is null
