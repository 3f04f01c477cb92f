-- R2i: the groups of average cost of each published version, and the ETPT of each catégorie in them. Empty before the first publication.
select m.exercice, m.version, m.categorie, m.groupe, m.etpt
from {{ source('versions', 'cout_moyen') }} as m
inner join {{ source('journal', 'constructions') }} as c using (version)
where c.statut = 'publiee'
