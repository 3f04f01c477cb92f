-- R2h: groups of average cost that a published version showed or read, whatever it asked, or invoices before a publication
-- (R18). Empty before the first of them.
select exercice, groupe from {{ source('versions', 'cout_moyen') }}
union
select exercice_lu, groupe from {{ source('versions', 'groupes_lus') }}
union
select exercice, groupe from {{ source('journal', 'groupes_factures') }}
