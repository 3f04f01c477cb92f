-- R2: average cost of each category of the payroll file, with the group it is read in (R2c), and structure cost per ETP.
select
  c.exercice, c.categorie, c.etpt, c.groupe, c.etpt_groupe, c.cout_moyen, s.pool_structure, s.etpt_structure,
  s.cout_structure
from {{ ref('int_couts_categories') }} as c
inner join {{ ref('int_structure') }} as s using (exercice)
