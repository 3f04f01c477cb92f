-- A version is an artefact: its rows, what its documents say beside them and their digests are there before anybody says yes.
-- Publishing moves the pointers, and inscribes the statement of what was there.
create table journal.contenus (
  version bigint not null references journal.constructions,
  exercice int not null,
  sommes jsonb not null,
  primary key (version, exercice)
);
comment on table journal.contenus is 'Somme des lignes de chaque relation d''un exercice construit : les mêmes ne se publient pas deux fois';

create table journal.candidates (
  version bigint primary key references journal.constructions,
  relations jsonb not null,
  sortie text not null,
  manifestes jsonb not null default '{}'
);
comment on table journal.candidates is
  'Version dont les documents, composés à part sous une sortie, attendent une publication, puis leur place';
comment on column journal.candidates.relations is 'Empreintes de ce qui sera montré avec elle, que dira son sceau';
comment on column journal.candidates.manifestes is 'Empreinte du manifeste de chaque exercice, tel que la porte l''a lu';

grant select, insert on journal.contenus to mutualisation_traitement;
grant select, insert, update, delete on journal.candidates to mutualisation_traitement;
drop table journal.rendus;

-- Exercices that the documents of one show, a version to publish counted as published; a year before, by its closed version (R12a)
create function journal.exercices_presentes(annee int, a_publier bigint) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  with pointeurs as (
    select distinct on (exercice) exercice, version
      from (select exercice, version, 0 as rang from journal.publications
            union all
            select unnest(exercices), version, 1 from journal.constructions where version = a_publier) as p
     order by exercice, rang desc
  )
  select coalesce(jsonb_object_agg(p.exercice::text, p.version), '{}')
    from (select d.exercice,
            case when d.exercice < annee then coalesce(v.version, d.version) else d.version end as version
            from pointeurs as d left join journal.versions_closes as v using (exercice)
           where d.exercice <= annee order by d.exercice desc limit 3) as p
$$;
comment on function journal.exercices_presentes(int, bigint) is
  'Exercices que montrent les documents d''un exercice, et leur version, une version à publier comptée';

create or replace function journal.figer_contexte(numero bigint) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update journal.constructions as c set contexte = jsonb_build_object(
    'exercices', (
      select coalesce(
        jsonb_object_agg(e::text, jsonb_build_object('presentes', journal.exercices_presentes(e, numero))), '{}')
        from unnest(c.exercices) as e),
    'fichiers', (
      select coalesce(jsonb_agg(jsonb_build_object('chemin', f.chemin, 'sha256', f.sha256, 'lignes', f.lignes,
          'octets', f.octets) order by f.chemin collate "C"), '[]')
        from journal.fichiers_comptes(c.debut) as f),
    'relations', (
      select coalesce(jsonb_object_agg(v.relname, (
        select jsonb_agg(a.attname order by a.attnum)
          from pg_catalog.pg_attribute as a
         where a.attrelid = v.oid and a.attnum > 0 and not a.attisdropped)), '{}')
        from pg_catalog.pg_class as v
       where v.relkind = 'v' and v.relnamespace in ('publication'::regnamespace, 'documents'::regnamespace)))
   where c.version = numero
$$;
drop function journal.exercices_presentes(int);

create function journal.exiger_a_publier(numero bigint) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from journal.constructions where version = numero and statut = 'validee') then
    raise exception 'La version % n''est pas validée : lancez « mutualisation controler » avant de publier.', numero
      using errcode = 'MU001';
  end if;
  if numero is distinct from (select max(version) from journal.constructions) then
    raise exception 'La version % a été remplacée par une construction plus récente : lancez « mutualisation controler » de nouveau.',
      numero using errcode = 'MU001';
  end if;
end $$;
comment on function journal.exiger_a_publier is 'Refuse une version qui n''est pas la dernière, ou n''a pas passé les portes';

-- Rows that no pointer ever showed go; what a version says beside its own is frozen.
create function journal.preparer_lignes(numero bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  perdues constant bigint[] := array(
    select version from journal.constructions where statut <> 'publiee' and purgee_le is null);
  relation regclass;
begin
  lock table journal.publications in share row exclusive mode;
  perform journal.exiger_a_publier(numero);
  for relation in
    select oid::regclass from pg_class where relnamespace = 'versions'::regnamespace and relkind = 'r' order by relname
  loop
    execute format('delete from %s where version = any ($1)', relation) using perdues;
  end loop;
  perform journal.figer_contexte(numero);
end $$;
comment on function journal.preparer_lignes is 'Efface ce qui ne fut jamais publié, et fige le contexte d''une version à publier';

create function journal.noter_empreinte(numero bigint, empreinte text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update journal.constructions set publication_sha256 = empreinte where version = numero and statut = 'validee'
$$;
comment on function journal.noter_empreinte is 'Empreinte (S7) de ce qui sera publié avec une version, que montrent ses documents';

create or replace function journal.publier(numero bigint) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  c record;
begin
  lock table journal.publications in share row exclusive mode;
  select statut, exercices, publication_sha256, contexte into c
    from journal.constructions where version = numero for update;
  -- the worker died after the commit and its task is run again: what was to be done is done
  if c.statut = 'publiee' then
    return c.publication_sha256;
  end if;
  perform journal.exiger_a_publier(numero);
  -- only what was asked: the other exercices keep their version (K5)
  insert into journal.publications (exercice, version)
  select distinct e, numero from unnest(c.exercices) as e
      on conflict (exercice) do update set version = excluded.version, publie_le = now();
  if exists (
    select from unnest(c.exercices) as e
     where c.contexte #> array['exercices', e::text, 'presentes'] is distinct from journal.exercices_presentes(e, numero))
  then
    raise exception 'Un exercice a été clos depuis que les documents de la version % ont été composés : lancez « mutualisation controler » de nouveau.',
      numero using errcode = 'MU001';
  end if;
  return null;
end $$;
comment on function journal.publier is
  'Déplace les pointeurs vers une version validée, dont les lignes sont là ; sceller finit la transaction';

grant execute on function journal.exercices_presentes(int, bigint), journal.exiger_a_publier, journal.preparer_lignes,
  journal.noter_empreinte
  to mutualisation_traitement;
