-- R17b: a commune outside the bounds of population has a row, and may not join; one whose population is not known, perhaps.
select
  exercice,
  dispositif,
  siret_adherent as siret,
  montant,
  depend_de,
  case when depend_de = 'eligibilite' then false when depend_de ~ 'population' then null else true end as eligible,
  exercice || '|' || dispositif as cle_dispositif,
  exercice || '|' || siret_adherent as cle_adherent
from {{ ref('offre') }}
