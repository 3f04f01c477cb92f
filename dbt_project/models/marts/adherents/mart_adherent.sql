-- S14: who the adherents of the exercice are.
select
  exercice,
  siret_adherent,
  type_adherent,
  nom,
  code_insee,
  population
from {{ ref('int_adherents_exercice') }}
