-- R19: what each adherent would owe; without SIRET, new members.
select exercice_base, exercice, scenario, dispositif, siret_adherent as siret, montant_du
from {{ ref('prevision_adherent') }}
