-- R15: what directions declare of their activity, beside what they declared a year before in the same unit.
select
  {{ version_courante() }} as version,
  n.exercice,
  n.dispositif,
  n.indicateur,
  n.libelle,
  n.valeur::numeric(18, 6) as valeur,
  n.unite,
  n.source,
  p.valeur::numeric(18, 6) as valeur_precedente,
  (n.valeur - p.valeur)::numeric(18, 6) as variation
from {{ ref('stg_activite__indicateurs') }} as n
left join {{ ref('stg_activite__indicateurs') }} as p
  on
    n.exercice - 1 = p.exercice and n.dispositif is not distinct from p.dispositif
    and n.indicateur = p.indicateur and n.unite = p.unite
where n.exercice in {{ exercices_demandes() }}
