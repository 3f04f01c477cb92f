-- R11: what each adherent used, at its full cost, beside what it owes; the difference is what the EPCI bears.
select
  exercice,
  dispositif,
  siret_adherent,
  cle,
  {{ arrondi('poids', 6) }} as poids,
  {{ arrondi('cout_usage') }} as cout_usage,
  montant_du,
  {{ arrondi('cout_usage') }} - montant_du as reste_a_charge
from {{ ref('int_couts_adherents') }}
