-- R2j: the groups of average cost that each build read, of whatever exercice, and the ETPT of their catégories. Those of a version
-- count once it is published; of a situation, of invoices before a publication and of a simulation, as soon as they pass their controls.
create table journal.groupes_lus (
  version bigint not null,
  exercice int not null,
  categorie text not null,
  groupe text not null,
  etpt numeric(18, 6),                    -- NULL: read by a former software, which did not keep it
  primary key (version, exercice, categorie, groupe)
);
comment on table journal.groupes_lus is 'Groupes de coût moyen que chaque construction a lus, que rien ne sépare plus une fois remis (R2j)';
grant select, insert on journal.groupes_lus to mutualisation_traitement;

-- what invoices read (R18) counts under the last of their builds
insert into journal.groupes_lus (version, exercice, categorie, groupe)
select c.version, g.exercice, m.categorie, g.groupe
  from journal.groupes_factures as g
 cross join string_to_table(g.groupe, '+') as m (categorie)
 cross join (select max(version) as version from journal.constructions where semestre is not null having count(*) > 0) as c;
drop table journal.groupes_factures;

-- what published versions read of other exercices
do $$
begin
  if to_regclass('versions.groupes_lus') is not null then
    insert into journal.groupes_lus (version, exercice, categorie, groupe)
    select distinct g.version, g.exercice_lu, m.categorie, g.groupe
      from versions.groupes_lus as g
     inner join journal.constructions as c on c.version = g.version and c.statut = 'publiee'
     cross join string_to_table(g.groupe, '+') as m (categorie)
     where g.exercice_lu <> all (c.exercices);
  end if;
end $$;
