-- One statement per publication and per closing, signed outside the warehouse, chained to the former one (K10, S7).
create table journal.sceaux (
  numero int primary key,
  enonce text not null,                   -- canonical JSON: what is signed, and says everything of the act
  signature bytea not null,
  cle_publique bytea not null,
  relations jsonb,                        -- of a publication: {schema: {relation: shape, sha256}}, bound by the statement
  acte text generated always as (enonce::jsonb ->> 'acte') stored not null check (acte in ('publication', 'cloture')),
  version bigint generated always as ((enonce::jsonb ->> 'version')::bigint) stored not null,
  exercice int generated always as ((enonce::jsonb ->> 'exercice')::int) stored       -- of a closing
);
-- a version whose closing does not hold may be closed
create unique index on journal.sceaux (version) where acte = 'publication';
comment on table journal.sceaux is
  'Un énoncé par publication et par clôture, en ajout seul, chaîné au précédent et signé hors de l''entrepôt';

create table journal.cles (cle_publique bytea primary key, depuis timestamptz not null default now());
comment on table journal.cles is 'Clés publiques qui ont signé ici : tout poste de l''entrepôt vérifie avec elles';

create table journal.extraits (
  numero bigint generated always as identity primary key,
  exercice int not null,
  version bigint not null references journal.constructions,
  statut text not null check (statut in ('a_approuver', 'clos')),
  manifeste_sha256 text not null check (manifeste_sha256 ~ '^[0-9a-f]{64}$'),
  signature bytea not null,
  cle_publique bytea not null,
  dossier text not null,
  ecrit_le timestamptz not null default now(),
  unique (exercice, version, manifeste_sha256, dossier)
);
comment on table journal.extraits is
  'Extraits écrits : empreinte et signature de leur manifeste, dossier où ils ont été mis ; en ajout seul';

create function journal.refuser_changement() returns trigger language plpgsql set search_path = '' as $$
begin
  raise exception 'journal.% ne reçoit que des ajouts', tg_table_name using errcode = 'insufficient_privilege';
end $$;
comment on function journal.refuser_changement is 'Ce qui est inscrit ne se change ni ne s''efface';

do $$
declare t text;
begin
  foreach t in array array['sceaux', 'cles', 'extraits'] loop
    execute format('create trigger en_ajout_seul before update or delete or truncate on journal.%I'
      ' for each statement execute function journal.refuser_changement()', t);
    execute format('alter table journal.%I enable always trigger en_ajout_seul', t);
  end loop;
end $$;

-- PostgreSQL verifies no signature: who reads the statements does, and says here which closings don't hold. What is said here hides
-- nothing from who reads them, and the next run says it again.
create table journal.ecartes (numero int primary key);
comment on table journal.ecartes is 'Clôtures dont l''énoncé ne tient pas, que les vues laissent : redites par chaque traitement';

create view journal.clotures as
select distinct on (s.exercice, s.version)
  s.exercice, s.version, e.dit ->> 'prepare_par' as prepare_par, e.dit ->> 'approuve_par' as approuve_par,
  (e.dit ->> 'approuve_le')::timestamptz as approuve_le, e.dit ->> 'manifeste_sha256' as manifeste_sha256,
  e.dit ->> 'identite' as identite, s.enonce
from journal.sceaux as s cross join lateral (select s.enonce::jsonb) as e (dit)
where s.acte = 'cloture' and s.numero not in (select numero from journal.ecartes)
order by s.exercice, s.version, s.numero;

comment on view journal.clotures is 'Versions closes, approuvées par une autre personne que celle qui a préparé (K2, K11)';

-- R7f, R12a, K5: the version in which a closed exercice is read by the others
create view journal.versions_closes as
select exercice, max(version) as version from journal.clotures group by exercice;
comment on view journal.versions_closes is 'Dernière version close de chaque exercice clos';

-- Inscribed when it follows the last one; called by those that look at what it says
create function journal.inscrire(dit text, signe bytea, cle bytea, detail jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  e constant jsonb := dit::jsonb;
  dernier journal.sceaux;
begin
  lock table journal.sceaux in share row exclusive mode;
  select * into dernier from journal.sceaux order by numero desc limit 1;
  if (e ->> 'numero')::int is distinct from coalesce(dernier.numero, 0) + 1
    or (e ->> 'precedent_sha256') is distinct from encode(sha256(convert_to(dernier.enonce, 'UTF8')), 'hex') then
    raise exception 'le sceau % ne suit pas le dernier', e ->> 'numero' using errcode = 'check_violation';
  end if;
  insert into journal.cles (cle_publique) values (cle) on conflict do nothing;
  insert into journal.sceaux (numero, enonce, signature, cle_publique, relations)
  values ((e ->> 'numero')::int, dit, signe, cle, detail);
end $$;
comment on function journal.inscrire is 'Inscrit un énoncé signé à la suite du dernier';

-- Who publishes is said by the statement of the publication, and is who is connected; who published doesn't approve (K2).
-- The account of Airflow that started a build prepared it, as whose login the build is made does (K2): `portes` keeps its name and
-- its logins, `repondant` of a closing the account that answered.
create function journal.exiger_personnes() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  e constant jsonb := new.enonce::jsonb;
begin
  if e ->> 'acte' = 'publication' and (e ->> 'publie_par') is distinct from session_user::text then
    raise exception 'le sceau % ne dit pas qui publie', new.numero using errcode = 'check_violation';
  end if;
  if e ->> 'acte' = 'cloture' and exists (
    select from journal.sceaux as s
     where s.acte = 'publication' and (s.enonce::jsonb -> 'exercices') @> (e -> 'exercice')
       and (s.enonce::jsonb ->> 'publie_par') = (e ->> 'approuve_par')) then
    raise exception 'L''exercice % a été publié par « % » : une autre personne doit l''approuver.',
      e ->> 'exercice', e ->> 'approuve_par' using errcode = 'MU001';
  end if;
  if e ->> 'acte' = 'cloture' and exists (
    select from journal.constructions as c
     where c.statut = 'publiee' and (e ->> 'exercice')::int = any (c.exercices)
       and c.portes -> 'demande' -> 'par' ?| array[e ->> 'approuve_par', e ->> 'repondant']) then
    raise exception 'L''exercice % a été préparé par « % », qui l''a demandé à Airflow : une autre personne doit l''approuver.',
      e ->> 'exercice', e ->> 'approuve_par' using errcode = 'MU001';
  end if;
  return new;
end $$;
comment on function journal.exiger_personnes is 'Un énoncé dit qui publie, et qui a publié n''approuve pas';
create trigger personnes before insert on journal.sceaux for each row execute function journal.exiger_personnes();

-- A publication ends with its statement, which says what the journal says, or is undone
create function journal.sceller(dit text, signe bytea, cle bytea, detail jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  e constant jsonb := dit::jsonb;
begin
  update journal.constructions as c set statut = 'publiee', publication_sha256 = e ->> 'publication_sha256'
   where c.version = (e ->> 'version')::bigint and c.statut = 'validee' and e ->> 'acte' = 'publication'
     and c.prepare_par = e ->> 'prepare_par' and c.code_version = e ->> 'code_version'
     and to_jsonb(c.exercices) = e -> 'exercices' and e ->> 'publication_sha256' ~ '^[0-9a-f]{64}$'
     and exists (select from journal.publications as p where p.version = c.version)
     and e -> 'pointeurs' = (select jsonb_object_agg(exercice, version) from journal.publications);
  if not found then
    raise exception 'le sceau % ne dit pas ce que le journal dit', e ->> 'numero' using errcode = 'check_violation';
  end if;
  perform journal.inscrire(dit, signe, cle, detail);
end $$;
comment on function journal.sceller is 'Conclut la publication qui vient d''être faite, et inscrit son énoncé';

create function journal.noter_extrait(
  annee int, de_version bigint, sous_statut text, empreinte text, signe bytea, cle bytea, lieu text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from journal.constructions where version = de_version and statut = 'publiee'
                  and annee = any (exercices)) then
    raise exception 'la version % n''est pas scellée pour l''exercice %', de_version, annee
      using errcode = 'check_violation';
  end if;
  insert into journal.cles (cle_publique) values (cle) on conflict do nothing;
  insert into journal.extraits (exercice, version, statut, manifeste_sha256, signature, cle_publique, dossier)
  values (annee, de_version, sous_statut, empreinte, signe, cle, lieu) on conflict do nothing;
end $$;
comment on function journal.noter_extrait is 'Note un extrait écrit : l''empreinte et la signature de son manifeste, son dossier';

-- ---------------------------------------------------------------- approval (K2, K4)
create function journal.approuver(dit text, signe bytea, cle bytea) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  e constant jsonb := dit::jsonb;
  annee constant int := (e ->> 'exercice')::int;
  de_version constant bigint := (e ->> 'version')::bigint;
  preparateur_ text;
  sans int;
begin
  if not journal.est_membre(session_user, 'approbateur') then
    raise exception 'Le compte « % » n''est pas membre du groupe « approbateur » : un administrateur de la base l''y met par « grant approbateur to <compte> ».',
      session_user using errcode = 'insufficient_privilege';
  end if;
  -- what runs inside a statement of the login (trigger, rule, default value) is not the login's own act
  if current_query() !~* '^\s*select\s+journal\.approuver\s*\(' then
    raise exception 'Une approbation se demande pour elle-même, jamais au milieu d''une autre instruction : lancez « mutualisation cloturer ».'
      using errcode = 'MU001';
  end if;
  -- the pointer does not move between the look and the closing
  lock table journal.publications, journal.sceaux in share row exclusive mode;
  if exists (select from journal.clotures where exercice = annee and version = de_version) then
    return false;
  end if;
  select c.prepare_par into preparateur_
    from journal.publications as p
   inner join journal.constructions as c using (version)
   where p.exercice = annee and p.version = de_version and c.statut = 'publiee';
  if not found then
    raise exception 'La version % n''est pas celle que publie l''exercice % : seule la version publiée se clôture.',
      de_version, annee using errcode = 'MU001';
  end if;
  -- who made the figures does not approve them by having someone else run them again
  if exists (select from journal.constructions
              where prepare_par = session_user and statut = 'publiee' and annee = any (exercices)) then
    raise exception 'L''exercice % a été préparé par « % » : une autre personne doit l''approuver.', annee, session_user
      using errcode = 'MU001';
  end if;
  select count(*) into sans
    from versions.controles
   where exercice = annee and version = de_version and statut = 'ecart' and justification is null;
  if sans > 0 then
    raise exception 'L''exercice % a % écart(s) sans justification : il ne se clôture pas.', annee, sans
      using errcode = 'MU001';
  end if;
  if not exists (select from journal.extraits
                  where exercice = annee and version = de_version and manifeste_sha256 = e ->> 'manifeste_sha256') then
    raise exception 'Le manifeste approuvé n''est pas celui d''un extrait de l''exercice %, version %.', annee, de_version
      using errcode = 'MU001';
  end if;
  if (e ->> 'acte', e ->> 'prepare_par', e ->> 'approuve_par', (e ->> 'approuve_le')::timestamptz)
    is distinct from ('cloture', preparateur_, session_user::text, now())
    or e ->> 'identite' not in ('declaree', 'authentifiee') then
    raise exception 'le sceau % ne dit pas ce que le journal dit', e ->> 'numero' using errcode = 'check_violation';
  end if;
  perform journal.inscrire(dit, signe, cle, null);
  return true;
end $$;
comment on function journal.approuver is
  'Clôt la version publiée d''un exercice au nom du compte connecté, membre de approbateur ; faux si elle l''est déjà';

grant select on journal.ecartes, journal.sceaux, journal.cles, journal.extraits, journal.clotures, journal.versions_closes
  to mutualisation_traitement;
grant insert, delete on journal.ecartes to mutualisation_traitement;
grant execute on function journal.sceller, journal.noter_extrait to mutualisation_traitement;
-- the run approves nothing: what it owns, `brut`, could make a member of both groups do it
grant execute on function journal.approuver to approbateur;
