select
  s.exercice,
  s.dispositif,
  c.composante,
  c.montant,
  s.exercice || '|' || s.dispositif as cle_dispositif
from {{ ref('synthese_financiere') }} as s
inner join {{ ref('passage_d5211') }} as p on s.exercice = p.exercice and s.dispositif = p.dispositif
cross join lateral (
  values
  ('personnel', s.cout_personnel - p.dont_structure),
  ('structure', p.dont_structure),
  ('fonctionnement', s.cout_fonctionnement),
  ('amortissements', s.amortissements),
  ('subventions', -s.subventions),
  ('reprises', -s.reprises)
) as c (composante, montant)
