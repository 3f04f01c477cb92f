-- R11: what each adherent used, at its full cost, beside what it owes; the difference is what the EPCI bears.
select
  {{ version_courante() }} as version,
  exercice,
  dispositif,
  siret_adherent,
  cle,
  {{ arrondi('poids', 6) }}::numeric(18, 6) as poids,
  cout_usage::numeric(15, 2) as cout_usage,
  montant_du::numeric(15, 2) as montant_du,
  (cout_usage - montant_du)::numeric(15, 2) as reste_a_charge
from {{ ref('int_couts_adherents') }}
where exercice in {{ exercices_demandes() }}
