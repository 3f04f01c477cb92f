-- R2, R2c, S14: what a reader multiplies an ETP by; the cost of structure is the one that the costs were computed with.
select
  exercice,
  categorie,
  groupe,
  etpt,
  etpt_groupe,
  {{ arrondi('cout_moyen', 6) }} as cout_moyen,
  coalesce({{ arrondi('cout_structure', 6) }}, 0) as cout_structure
from {{ ref('int_couts_moyens') }}
where groupe is not null
