-- R2h, R2i, R2j: the groups of average cost that were given out, and the ETPT of each catégorie in them where it was kept: those of
-- each published version, those that it read of other exercices, that a situation or invoices before a publication (R18) read, or a
-- simulation; beside a build of these, those of the version that waits. Empty before the first of them.
with versions as (
  select
    c.version, c.statut = 'publiee' as publiee,
    c.statut = 'publiee' or c.semestre is not null or c.portes ->> 'simulation' = 'true'
    or (
      c.version = max(c.version) filter (where c.statut in ('publiee', 'validee')) over ()
      and exists (select from {{ source('journal', 'construction_courante') }} as q where q.semestre is not null)
    ) as remise
  from {{ source('journal', 'constructions') }} as c
)

select m.exercice, version, m.categorie, m.groupe, m.etpt
from {{ source('versions', 'cout_moyen') }} as m
inner join versions as v using (version)
where v.publiee
union
select g.exercice, version, g.categorie, g.groupe, g.etpt
from {{ source('journal', 'groupes_lus') }} as g
inner join versions as v using (version)
where v.remise
