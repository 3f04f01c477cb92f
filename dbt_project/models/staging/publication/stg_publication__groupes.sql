-- R2h: groups of average cost that a published version showed or read, whatever it asked. Empty before the first publication.
select exercice, groupe from {{ source('versions', 'cout_moyen') }}
union
select exercice_lu, groupe from {{ source('versions', 'groupes_lus') }}
