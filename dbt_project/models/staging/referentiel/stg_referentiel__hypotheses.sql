-- « Engagé », however it is written, is the scenario `engage` (R19a); a rate without effect is of each year (R19).
select
  fichier_id, ligne, fichier, sha256,
  case when {{ mot_replie('scenario') }} = 'engage' then 'engage' else scenario end as scenario,
  {{ cellules_lues('referentiel', 'hypotheses', sauf=['scenario']) }}
from {{ ref('lec_referentiel__hypotheses') }}
where comptee
