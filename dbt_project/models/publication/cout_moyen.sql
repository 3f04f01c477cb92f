-- R2, R2c, S14: what a reader multiplies an ETP by; the cost of structure is the one that the costs were computed with.
select
  {{ version_courante() }} as version,
  exercice,
  categorie,
  groupe,
  etpt::numeric(18, 6) as etpt,
  etpt_groupe::numeric(18, 6) as etpt_groupe,
  {{ arrondi('cout_moyen', 6) }}::numeric(20, 6) as cout_moyen,
  coalesce({{ arrondi('cout_structure', 6) }}, 0)::numeric(20, 6) as cout_structure
from {{ ref('int_couts_moyens') }}
where
  groupe is not null
  and exercice in {{ exercices_demandes() }}
