-- The schema of release 0.3.0, and what its migrations 0001 to 0021 left.
-- Group roles and schemas (K2, K10): an owner that nobody logs in as, the migration, the run, readers, those who sign.
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

create schema journal authorization mutualisation_proprietaire;
create schema versions authorization mutualisation_proprietaire;
create schema publication authorization mutualisation_proprietaire;
create schema documents authorization mutualisation_proprietaire;
create schema construction authorization mutualisation_proprietaire;
create schema bi authorization mutualisation_proprietaire;
create schema exploitation authorization mutualisation_proprietaire;
create schema brut authorization mutualisation_traitement;

-- the table of the migrations stays in public, where nobody else of ours may create
do $$
begin
  if pg_catalog.pg_has_role((select datdba from pg_catalog.pg_database where datname = current_database()), 'usage') then
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
alter default privileges revoke execute on functions from public;

comment on schema journal is 'Chargements, fichiers, constructions, publications et sceaux';
comment on schema versions is 'Relations publiées, toutes versions';
comment on schema publication is 'Relations stables lues par les outils, la finance et les auditeurs';
comment on schema documents is
  'Ce que factures et bilan disent à côté des chiffres publiés, par version : ni extrait, ni empreinte, ni lecteur';
comment on schema construction is 'Construction en cours : refaite à chaque fois, promue ou oubliée';
comment on schema bi is
  'Pour qui interroge : dimensions et faits sans total ni taux, joints par les clés de même nom (S17)';
comment on schema exploitation is 'Registre des exécutions : qui a lancé quoi, pourquoi, sur quoi, et ce qui en est venu';
comment on schema brut is 'Lignes lues une fois, à leur chargement : colonnes typées, ligne telle que livrée, fichier, numéro';

grant usage on schema journal, versions, publication, documents, bi, exploitation to mutualisation_traitement;
grant usage, create on schema construction to mutualisation_traitement;
grant usage on schema journal, versions, publication, bi to mutualisation_lecteur, mutualisation_commune;
grant usage on schema journal to preparateur, approbateur;
grant select on public.migrations to mutualisation_traitement, mutualisation_migration;
