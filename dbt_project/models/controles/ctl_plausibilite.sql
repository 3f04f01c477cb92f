-- Figures beyond a critical bound of finance, and bounds that judge nothing; those of gravity `alerte` are commented, they
-- block nothing.
select
  exercice, 'plausibilite' as controle, cle,
  case when bool_and(position = 'sans_n1') then 'sans_donnee' else 'ecart' end as statut,
  string_agg(attendu, ' ; ' order by borne) as valeur_attendue, max(constate) as valeur_constatee, null::text as seuil
from {{ ref('mart_plausibilite') }}
where gravite = 'critique' and position <> 'dans_les_bornes'
group by exercice, cle
union all
-- a critical bound that can't be read is no bound
select e.exercice, 'plausibilite', 'bornes/' || r.ligne, 'ecart', 'une borne qui se lit', r.motif, null
from {{ ref('stg_referentiel__bornes_illisibles') }} as r
cross join {{ ref('mart_exercices_publies') }} as e
where r.gravite is distinct from 'alerte'
