-- Figures already published, whatever the build: exercice, dispositif, mesure, valeur. Empty before the first publication.
select exercice, dispositif, mesure, valeur
from (
  {{ mesures_de(source('publication', 'synthese_financiere'), source('publication', 'cout_unitaire'), source('publication', 'indicateurs_cles')) }}
) as m
