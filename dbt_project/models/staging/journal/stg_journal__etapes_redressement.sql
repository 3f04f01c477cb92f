-- Figures of a closed exercice built again over its sealed files, then with late files, keys and parameters (K6).
select exercice, etape, dispositif, siret_adherent, mesure, valeur
from {{ source('journal', 'etapes_redressement') }}
