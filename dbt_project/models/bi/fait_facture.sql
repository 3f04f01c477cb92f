-- R7e: what is invoiced to each adherent of a semestre, or carried over to the next.
select
  exercice, semestre, siret_adherent as siret, montant_du, report_precedent, statut, montant_facture,
  exercice || '|' || siret_adherent as cle_adherent
from {{ ref('facture_semestrielle') }}
