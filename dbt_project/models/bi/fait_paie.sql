-- R2c: the pay of each group, as its published mean gives it back, and its ETPT: the reader divides.
select exercice, groupe, etpt_groupe as etpt, round(etpt_groupe * cout_moyen, 2) as paie, round(etpt_groupe * cout_structure, 2) as structure
from {{ ref('cout_moyen') }}
group by exercice, groupe, etpt_groupe, cout_moyen, cout_structure
