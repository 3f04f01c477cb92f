-- What a build was made from, so that the same is not made again; what an extract was written by.
create table journal.entrees (
  version bigint primary key references journal.constructions,
  empreinte text not null check (empreinte ~ '^[0-9a-f]{64}$')
);
comment on table journal.entrees is
  'Empreinte de ce dont part une construction : fichiers comptés, exercices demandés, clôtures, logiciel';

create table journal.rendus (
  exercice int not null,
  version bigint not null,
  manifeste_sha256 text not null,
  logiciel text not null,
  primary key (exercice, version, manifeste_sha256, logiciel)
);
comment on table journal.rendus is 'Logiciel qui a écrit un extrait : le même ne l''écrirait pas autrement';

grant select, insert on journal.entrees, journal.rendus to mutualisation_traitement;

-- An exercice whose rows are those of its published version keeps that version; of none left, nothing is to be published
create function journal.restreindre(numero bigint, inchanges int[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update journal.constructions
     set exercices = array(select e from unnest(exercices) as e where e <> all (inchanges) order by e)
   where version = numero and statut = 'validee'
$$;
comment on function journal.restreindre is 'Retire d''une version à publier les exercices qu''elle ne change pas';
grant execute on function journal.restreindre, journal.exercices_presentes to mutualisation_traitement;
