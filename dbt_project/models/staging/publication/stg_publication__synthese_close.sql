-- Figures of each closed exercice, in its last closed version (K6). Empty before the first publication.
select m.exercice, m.dispositif, m.siret_adherent, m.mesure, m.valeur
from (
  {{ figures_de(source('versions', 'synthese_financiere'), source('versions', 'cout_unitaire'), source('versions', 'cout_adherent')) }}
) as m
inner join {{ ref('stg_journal__exercices_clos') }} as e on m.exercice = e.exercice and m.version = e.version
