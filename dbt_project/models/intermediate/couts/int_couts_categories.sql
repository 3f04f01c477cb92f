-- R2: average cost of an ETP by category: CM_c = (payroll − atténuations) / ETPT, kept on 40 decimals.
select
  exercice_fichier as exercice,
  categorie,
  etpt,
  {{ quotient('masse_salariale - coalesce(attenuations, 0)', 'case when etpt > 0 then etpt end') }} as cout_moyen
from {{ ref('stg_rh__masse_salariale') }}
