-- S8: where the office of an adherent receives, as its newest row says, whatever the exercice.
select siret::text as siret, courriel::text as courriel
from (
  select distinct on (siret) siret, courriel
  from {{ ref('stg_referentiel__adherents') }}
  order by siret, debut desc, ligne desc
) as derniers
where courriel is not null
