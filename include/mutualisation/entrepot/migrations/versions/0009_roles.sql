-- Who may do what (K2, K10): an owner that nobody logs in as, the migration, the run, readers, those who sign.
-- Our functions of the owner put pg_temp last: an empty search_path would look there first for the name of a type.

-- ---------------------------------------------------------------- group roles
do $$
declare
  r text;
  d record;
  installe constant boolean := (select rolsuper from pg_catalog.pg_roles where rolname = current_user);
begin
  foreach r in array array['mutualisation_proprietaire', 'mutualisation_migration', 'mutualisation_traitement',
                           'mutualisation_lecteur', 'mutualisation_commune', 'preparateur', 'approbateur'] loop
    if not exists (select from pg_catalog.pg_roles where rolname = r) then
      execute format('create role %I nologin', r);
    end if;
  end loop;
  for d in
    select * from (values
      -- nobody works as the owner by chance: it is put on for a migration
      ('mutualisation_proprietaire', 'mutualisation_migration', false),
      -- the owner takes over what the run built
      ('mutualisation_traitement', 'mutualisation_proprietaire', true),
      -- who installs may migrate later
      ('mutualisation_migration', current_user::text, true)) as v (groupe, membre, herite)
     where not (installe and membre = current_user)
       and not exists (
         select from pg_catalog.pg_auth_members as m
          where m.roleid = groupe::regrole and m.member = membre::regrole and m.set_option
            and m.inherit_option >= herite)
  loop
    execute format('grant %I to %I with inherit %s, set true', d.groupe, d.membre, d.herite::text);
  end loop;
end $$;

-- ---------------------------------------------------------------- owners
create schema if not exists construction;
comment on schema construction is 'Construction en cours : refaite à chaque fois, promue ou oubliée';

do $$
declare
  s text;
  o record;
begin
  -- an owner of objects needs its schema; who installs needs it to the end
  foreach s in array array['journal', 'lecture', 'versions', 'publication', 'documents', 'construction', 'brut'] loop
    execute format('grant usage, create on schema %I to mutualisation_proprietaire, mutualisation_traitement', s);
  end loop;
  for o in
    select c.oid::regclass as objet,
      case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' else 'table' end as genre,
      case when n.nspname in ('brut', 'construction') then 'mutualisation_traitement' else 'mutualisation_proprietaire' end as role
      from pg_catalog.pg_class as c
     inner join pg_catalog.pg_namespace as n on n.oid = c.relnamespace
     where n.nspname in ('journal', 'lecture', 'versions', 'publication', 'documents', 'brut', 'construction')
       and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
       -- the sequence of a column follows its table
       and not exists (select from pg_catalog.pg_depend as d
                        where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')
                          and d.refobjsubid > 0)
  loop
    execute format('alter %s %s owner to %I', o.genre, o.objet, o.role);
  end loop;
  for o in
    select p.oid::regprocedure as objet from pg_catalog.pg_proc as p
     where p.pronamespace in ('journal'::regnamespace, 'lecture'::regnamespace)
  loop
    execute format('alter function %s owner to mutualisation_proprietaire', o.objet);
  end loop;
  foreach s in array array['journal', 'lecture', 'versions', 'publication', 'documents', 'construction'] loop
    execute format('revoke all on schema %I from mutualisation_proprietaire, mutualisation_traitement', s);
    execute format('alter schema %I owner to mutualisation_proprietaire', s);
  end loop;
  revoke all on schema brut from mutualisation_proprietaire, mutualisation_traitement;
  alter schema brut owner to mutualisation_traitement;
end $$;

-- the table of the migrations stays in public, where nobody else of ours may create
do $$
begin
  if pg_catalog.pg_has_role((select datdba from pg_catalog.pg_database where datname = current_database()), 'usage') then
    execute format('revoke create, temporary on database %I from public', current_database());
    execute format('grant temporary on database %I to mutualisation_traitement, mutualisation_lecteur', current_database());
    revoke create on schema public from public;
    grant create on schema public to mutualisation_proprietaire;
    alter table public.migrations owner to mutualisation_proprietaire;
    revoke create on schema public from mutualisation_proprietaire;
  else
    alter table public.migrations owner to mutualisation_proprietaire;
  end if;
end $$;

-- from here on, and for the migrations that follow
set local role mutualisation_proprietaire;
revoke all on all tables in schema journal, versions, publication, documents from public;
revoke execute on all functions in schema journal, lecture from public;
alter default privileges revoke execute on functions from public;

-- loader and transformer are one role, the run
do $$
declare r text;
begin
  foreach r in array array['mutualisation_chargeur', 'mutualisation_transformateur'] loop
    if exists (select from pg_catalog.pg_roles where rolname = r) then
      execute format('revoke all on schema journal, lecture from %I', r);
      execute format('revoke execute on all functions in schema lecture from %I', r);
    end if;
  end loop;
end $$;
set local role mutualisation_traitement;
do $$
declare r text;
begin
  foreach r in array array['mutualisation_chargeur', 'mutualisation_transformateur'] loop
    if exists (select from pg_catalog.pg_roles where rolname = r) then
      execute format('revoke all on schema brut from %I', r);
      execute format('revoke all on all tables in schema brut from %I', r);
    end if;
  end loop;
end $$;
reset role;
do $$
declare r text;
begin
  foreach r in array array['mutualisation_chargeur', 'mutualisation_transformateur'] loop
    begin
      execute format('drop role if exists %I', r);
    -- another warehouse of the server has not come so far, or someone was put in it
    exception when dependent_objects_still_exist or insufficient_privilege then null;
    end;
  end loop;
end $$;
set local role mutualisation_proprietaire;

-- ---------------------------------------------------------------- the run
grant usage on schema journal, lecture, versions, publication, documents to mutualisation_traitement;
grant usage, create on schema construction to mutualisation_traitement;
grant execute on all functions in schema lecture to mutualisation_traitement;
grant select on public.migrations to mutualisation_traitement, mutualisation_migration;

grant select on all tables in schema journal to mutualisation_traitement;
grant insert, update (fin, statut, fichiers, lignes, motif, porte) on journal.chargements to mutualisation_traitement;
grant insert, delete, update (lignes, dialecte, controle, statut, motif) on journal.fichiers to mutualisation_traitement;
grant insert on journal.totaux, journal.epci to mutualisation_traitement;

-- a file that was accepted is not changed any more, nor does it go
alter table journal.fichiers enable row level security;
create policy lecture on journal.fichiers for select to mutualisation_traitement using (true);
create policy arrivee on journal.fichiers for insert to mutualisation_traitement with check (statut <> 'accepte');
create policy attente on journal.fichiers for update to mutualisation_traitement using (statut <> 'accepte') with check (true);
create policy retrait on journal.fichiers for delete to mutualisation_traitement using (statut <> 'accepte');

-- One run at a time: who may update it may lock it, and nobody else. An advisory lock is anyone's.
create table journal.verrou ();
comment on table journal.verrou is 'Verrou d''un traitement : une table que seul mutualisation_traitement peut verrouiller';
grant update on journal.verrou to mutualisation_traitement;

-- ---------------------------------------------------------------- who signs
-- Membership that was given: each step inherits or may be set. The ADMIN option alone is none, nor is a superuser a member.
create function journal.est_membre(compte name, groupe name) returns boolean
language sql stable set search_path = pg_catalog, pg_temp as $$
  with recursive portes (role) as (
    select oid from pg_catalog.pg_roles where rolname = compte and rolname <> groupe
    union
    select m.roleid
      from portes as p
     inner join pg_catalog.pg_auth_members as m on m.member = p.role
     where m.inherit_option or m.set_option
  )
  select exists (select from portes as p inner join pg_catalog.pg_roles as r on r.oid = p.role where r.rolname = groupe)
$$;
comment on function journal.est_membre is 'Appartenance explicite d''un compte à un groupe (K10)';

create or replace function journal.ouvrir_construction(exercices int[], code_version text) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  nouvelle bigint;
begin
  if not journal.est_membre(session_user, 'preparateur') then
    raise exception 'le compte % n''est pas membre du groupe preparateur', session_user
      using errcode = 'insufficient_privilege';
  end if;
  update journal.constructions set statut = 'echouee', fin = now() where statut = 'en_cours';
  insert into journal.constructions (exercices, prepare_par, code_version)
  values (exercices, session_user, code_version)
  returning version into nouvelle;
  return nouvelle;
end $$;

-- ---------------------------------------------------------------- a build
-- MU001: a refusal whose message is the French sentence for the user
create function journal.clore_construction(numero bigint, nouveau text, resultats jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update journal.constructions as c
     set statut = nouveau, fin = now(), portes = c.portes || resultats
   where c.version = numero
     and (c.statut, nouveau) in (
       ('en_cours', 'construite'), ('en_cours', 'echouee'),
       ('construite', 'validee'), ('construite', 'echouee'),
       ('validee', 'validee'), ('validee', 'echouee'), ('echouee', 'echouee'));
  if not found then
    raise exception 'La version % ne peut pas devenir « % » : une autre construction l''a remplacée, ou elle est publiée. Lancez « mutualisation controler » de nouveau.',
      numero, nouveau using errcode = 'MU001';
  end if;
end $$;
comment on function journal.clore_construction is 'Note le résultat d''une construction : construite, validee, echouee ; jamais publiee';

-- The schema itself stays, so that no right to create one in the database is needed
create function journal.renouveler_construction() returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
declare
  ordre text;
begin
  for ordre in
    select format('drop %s if exists %s cascade', o.type, string_agg(o.identity, ', '))
      from pg_catalog.pg_depend as d
     cross join lateral pg_catalog.pg_identify_object(d.classid, d.objid, 0) as o
     where d.refclassid = 'pg_namespace'::regclass and d.refobjid = 'construction'::regnamespace and d.deptype = 'n'
       and d.classid in ('pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass)
     group by o.type
     order by o.type <> 'table'
  loop
    execute ordre;
  end loop;
end $$;
comment on function journal.renouveler_construction is 'Vide le schéma construction avant une construction';

-- ---------------------------------------------------------------- publication
-- What a table holds that would run, later, under the rights of the owner, or would let another write in it
create function journal.defaut_de(cible regclass, proprietaire regrole) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  c record;
begin
  select * into c from pg_catalog.pg_class where oid = cible;
  return case
    when c.relkind <> 'r' or c.relpersistence <> 'p' or c.reloftype <> 0 then 'n''est pas une table ordinaire'
    when c.relowner <> proprietaire then 'n''appartient pas à ' || proprietaire
    when c.relispartition or exists (select from pg_catalog.pg_inherits where cible in (inhrelid, inhparent))
      then 'hérite d''une autre table, ou une autre hérite d''elle'
    when exists (select from pg_catalog.pg_trigger where tgrelid = cible) then 'porte un déclencheur'
    when exists (select from pg_catalog.pg_rewrite where ev_class = cible) then 'porte une règle'
    when c.relrowsecurity or c.relforcerowsecurity or exists (select from pg_catalog.pg_policy where polrelid = cible)
      then 'porte une politique de lignes'
    when exists (select from pg_catalog.pg_attrdef where adrelid = cible) then 'porte une valeur par défaut'
    when exists (select from pg_catalog.pg_attribute
                  where attrelid = cible and (attidentity <> '' or attgenerated <> '')) then 'porte une colonne calculée'
    when exists (select from pg_catalog.pg_index
                  where indrelid = cible and (indexprs is not null or indpred is not null))
      then 'porte un index sur expression'
    when exists (select from pg_catalog.pg_statistic_ext where stxrelid = cible) then 'porte une statistique étendue'
    when exists (select from pg_catalog.pg_constraint
                  where conrelid = cible and contype not in ('n', 'p', 'u')) then 'porte une contrainte étrangère au contrat'
    when c.relacl is not null
      or exists (select from pg_catalog.pg_attribute where attrelid = cible and attacl is not null)
      then 'donne des droits à d''autres rôles'
  end;
end $$;
comment on function journal.defaut_de is 'Ce qui empêche de promouvoir une table construite ; NULL si rien';

create function journal.rattacher(nom name, numero bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  partition constant name := nom || '_v' || numero;
  defaut text;
begin
  -- locked before the look: nothing changes between the two
  execute format('lock table construction.%I in access exclusive mode', nom);
  defaut := journal.defaut_de(format('construction.%I', nom)::regclass, 'mutualisation_traitement');
  if defaut is not null then
    raise exception 'La table construction.% ne peut pas être publiée : elle %. Lancez « mutualisation controler » de nouveau.',
      nom, defaut using errcode = 'MU001';
  end if;
  execute format('alter table construction.%I rename to %I', nom, partition);
  execute format('alter table construction.%I owner to mutualisation_proprietaire', partition);
  execute format('alter table construction.%I set schema versions', partition);
  -- the CHECK spares the scan of ATTACH, which compares columns and types with those of the contract
  execute format('alter table versions.%I add constraint %I check (version is not null and version = %L::bigint)',
    partition, partition || '_version', numero);
  execute format('alter table versions.%I attach partition versions.%I for values in (%L)', nom, partition, numero);
end $$;

-- Exercices that the documents of one show, each by its published version: {exercice: version}
create function journal.exercices_presentes(annee int) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(jsonb_object_agg(p.exercice::text, p.version), '{}')
    from (select exercice, version from journal.publications
           where exercice <= annee order by exercice desc limit 3) as p
$$;
comment on function journal.exercices_presentes is 'Exercices que montrent les documents d''un exercice, et leur version';

-- Files that counted at a moment: one that is loaded between build and publication is not among them
create function journal.fichiers_comptes(quand timestamptz) returns setof journal.fichiers
language sql stable set search_path = pg_catalog, pg_temp as $$
  select distinct on (source, jeu, periode) *
    from journal.fichiers
   where statut = 'accepte' and charge_le <= quand
   order by source, jeu, periode, version desc, fichier_id desc
$$;
comment on function journal.fichiers_comptes is 'Fichiers qui comptaient à un moment, le dernier de chaque période';
revoke execute on function journal.exercices_presentes, journal.fichiers_comptes from public;

-- What a document says beside its figures, of the moment when its pointer moved: exercices shown, files counted, columns
create function journal.figer_contexte(numero bigint) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update journal.constructions as c set contexte = jsonb_build_object(
    'exercices', (
      select coalesce(
        jsonb_object_agg(e::text, jsonb_build_object('presentes', journal.exercices_presentes(e))), '{}')
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
comment on function journal.figer_contexte is 'Garde avec une version ce que ses documents disent à côté des chiffres';

create function journal.publier(numero bigint) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  c record;
  relation name;
begin
  lock table journal.publications in share row exclusive mode;
  select statut, exercices, publication_sha256, version = (select max(version) from journal.constructions) as derniere
    into c from journal.constructions where version = numero for update;
  -- the worker died after the commit and its task is run again: what was to be done is done
  if c.statut = 'publiee' then
    return c.publication_sha256;
  end if;
  if c.statut is distinct from 'validee' then
    raise exception 'La version % n''est pas validée : lancez « mutualisation controler » avant de publier.', numero
      using errcode = 'MU001';
  end if;
  if not c.derniere then
    raise exception 'La version % a été remplacée par une construction plus récente : lancez « mutualisation controler » de nouveau.',
      numero using errcode = 'MU001';
  end if;
  for relation in
    select relname from pg_catalog.pg_class
     where relnamespace = 'versions'::regnamespace and relkind = 'p' order by relname
  loop
    perform journal.rattacher(relation, numero);
  end loop;
  -- only what was asked: the other exercices keep their version (K5)
  insert into journal.publications (exercice, version)
  select distinct e, numero from unnest(c.exercices) as e
      on conflict (exercice) do update set version = excluded.version, publie_le = now();
  perform journal.figer_contexte(numero);
  return null;
end $$;
comment on function journal.publier is
  'Rattache les relations d''une version validée et déplace les pointeurs ; conclure_publication finit la transaction';

create function journal.conclure_publication(numero bigint, sha256 text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update journal.constructions as c set statut = 'publiee', publication_sha256 = sha256
   where c.version = numero and c.statut = 'validee' and sha256 ~ '^[0-9a-f]{64}$'
     and exists (select from journal.publications as p where p.version = numero);
  if not found then
    raise exception 'La version % n''est pas en cours de publication : lancez « mutualisation publier ».', numero
      using errcode = 'MU001';
  end if;
end $$;
comment on function journal.conclure_publication is 'Empreinte d''une version, dans la transaction qui la publie';

-- a pointer is committed with the digest of what it shows, or not at all
create function journal.exiger_conclusion() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from journal.constructions where version = new.version and statut = 'publiee') then
    raise exception 'La publication de la version % n''a pas été conclue : rien n''est publié.', new.version
      using errcode = 'MU001';
  end if;
  return null;
end $$;
create constraint trigger conclusion after insert or update on journal.publications
deferrable initially deferred for each row execute function journal.exiger_conclusion();

-- ---------------------------------------------------------------- communes
create table journal.comptes_communes (
  compte name primary key,
  code_insee text not null check (code_insee ~ '^[0-9][0-9AB][0-9]{3}$')
);
comment on table journal.comptes_communes is 'Commune (INSEE) de chaque compte du groupe mutualisation_commune';

create function journal.mes_sirets() returns text[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return array(
    select distinct a.siret_adherent
      from versions.adherent as a
     inner join journal.publications as p on p.exercice = a.exercice and p.version = a.version
     inner join journal.comptes_communes as c on c.code_insee = a.code_insee
     where c.compte = session_user);
end $$;
comment on function journal.mes_sirets is 'SIRET publiés de la commune du compte connecté';

grant usage on schema journal, versions, publication to mutualisation_lecteur, mutualisation_commune;
grant select on journal.publications to mutualisation_lecteur, mutualisation_commune;
grant usage on schema journal to preparateur, approbateur;
revoke execute on all functions in schema journal from public;
grant execute on function journal.mes_sirets to mutualisation_commune;
grant execute on function journal.ouvrir_construction, journal.clore_construction, journal.renouveler_construction,
  journal.publier, journal.conclure_publication, journal.fichiers_comptes to mutualisation_traitement;
