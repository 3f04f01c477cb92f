-- Figures beyond a critical bound of finance; the bounds of gravity `alerte` are commented, they block nothing.
select
  exercice,
  'plausibilite' as controle,
  cle,
  'ecart' as statut,
  string_agg(attendu, ' ; ' order by borne) as valeur_attendue,
  max(constate) as valeur_constatee,
  null::text as seuil
from {{ ref('mart_plausibilite') }}
where gravite = 'critique' and position <> 'dans_les_bornes'
group by exercice, cle
