-- Units by type, as they were weighted (R7g): what a beneficiary can check against its own requests.
select
  {{ version_courante() }} as version,
  exercice, semestre, dispositif, siret_adherent, type_unite,
  count(*)::integer as lignes,
  sum(quantite) as quantite,
  coalesce(poids, 1) as poids,
  sum(unites) as unites
from {{ ref('int_unites') }}
where exercice in {{ exercices_demandes() }}
group by exercice, semestre, dispositif, siret_adherent, type_unite, poids
