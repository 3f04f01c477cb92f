-- R7f: the unit cost billed, with the accounts it was set from.
select
  {{ version_courante() }} as version,
  f.exercice, f.dispositif, f.exercice_base,
  c.cout_d5211::numeric(15, 2) as cout_d5211_base,
  f.actualisation::numeric(30, 12) as actualisation,
  f.unites_previsionnelles::numeric(30, 12) as unites_previsionnelles,
  f.cout_unitaire::numeric(18, 6) as cout_unitaire
from {{ ref('int_couts_unitaires_factures') }} as f
left join {{ ref('int_couts_precedents') }} as c on f.exercice_base = c.exercice and f.dispositif = c.dispositif
where f.exercice in {{ exercices_demandes() }}
