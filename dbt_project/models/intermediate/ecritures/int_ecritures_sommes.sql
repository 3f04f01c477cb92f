-- The ledger added up once for the controls, which look at all of it.
select
  exercice, sens, nature, type_piece, statut_compte, comptee, role, emploi, axe_analytique, cle_dispositif,
  siret is not null as a_tiers,
  count(*) as lignes,
  sum(montant) as montant,
  sum(abs(montant)) as valeur
from {{ ref('int_ecritures') }}
group by exercice, sens, nature, type_piece, statut_compte, comptee, role, emploi, axe_analytique, cle_dispositif, siret is not null
