-- R2, one row per exercice × destination × catégorie: ETP and their cost, with structure and without (D5211-16), rounded
-- once. A catégorie without average cost costs 0 (R2c); the exercice without structure cost has none to add.
select
  t.exercice,
  t.destination as dispositif,
  t.categorie,
  t.etp,
  coalesce({{ arrondi('t.etp * (m.cout_moyen + coalesce(m.cout_structure, 0))') }}, 0) as cout_personnel,
  coalesce({{ arrondi('t.etp * m.cout_moyen') }}, 0) as cout_personnel_d5211
from {{ ref('int_etp') }} as t
left join {{ ref('int_couts_moyens') }} as m using (exercice, categorie)
