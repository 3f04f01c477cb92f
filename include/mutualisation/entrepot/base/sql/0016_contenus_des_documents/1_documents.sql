-- What each document of a commune says, as a digest: one that says the same keeps its version and its file.
create table journal.documents (
  version bigint not null references journal.constructions,
  exercice int not null,
  logiciel text not null,
  contenus jsonb not null,
  primary key (version, exercice)
);
comment on table journal.documents is
  'Par document de commune d''une version : empreinte de ce qu''il dit, version où cela a changé, empreinte de son fichier';
comment on column journal.documents.logiciel is 'Empreinte du logiciel qui les a composés';
grant select on journal.documents to mutualisation_traitement;

create function journal.noter_documents(numero bigint, annee int, compositeur text, dits jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- those of a published version stay
  perform journal.exiger_a_publier(numero);
  insert into journal.documents values (numero, annee, compositeur, dits)
      on conflict (version, exercice) do update set logiciel = excluded.logiciel, contenus = excluded.contenus;
end $$;
comment on function journal.noter_documents is 'Garde ce que disent les documents de communes d''une version à publier';
grant execute on function journal.noter_documents to mutualisation_traitement;
