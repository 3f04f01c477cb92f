-- S12; R2i: no sum over the pay of a catégorie that no group holds.
select
  {{ version_courante() }} as version,
  exercice, source, destination, motif, unite, lignes::integer as lignes,
  case when not (porte_la_paie and {{ paie_isolee('exercice') }}) then montant end::numeric(27, 12) as montant
from {{ ref('mart_repartition') }}
where exercice in {{ exercices_demandes() }}
