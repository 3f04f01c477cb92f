-- Append-only seals and extracts (K10, S7): what was published is said once, chained, and anchored outside.
create table journal.sceaux (
  numero int primary key,
  version bigint not null unique,
  exercices int[] not null,
  pointeurs jsonb not null,               -- {exercice: version} of that moment
  publication_sha256 text not null,       -- S7
  documents_sha256 text not null,         -- what documents read beside it
  construction_sha256 text not null,      -- preparer, gates, context as journal.constructions keeps them
  contrat_sha256 text not null,
  projet_dbt_sha256 text,                 -- the project as dbt compiled it for this build
  code_version text not null,
  prepare_par text not null,
  scelle_le text not null,                -- ISO, UTC, as the statement says it
  precedent_sha256 text,                  -- of the former statement; NULL for the first
  cle_sha256 text not null,               -- of the public key
  enonce text not null,                   -- the columns above as canonical JSON: what is signed
  signature bytea not null,
  cle_publique bytea not null,
  contrat jsonb not null,                 -- relations, columns, types and keys that the digests were taken over
  empreintes jsonb not null               -- {schema: {relation: sha256}}
);
comment on table journal.sceaux is 'Un sceau par publication, en ajout seul, chaîné au précédent et signé hors de l''entrepôt';

create table journal.extraits (
  exercice int not null,
  version bigint not null,
  manifeste_sha256 text not null check (manifeste_sha256 ~ '^[0-9a-f]{64}$'),
  signature bytea not null,
  cle_publique bytea not null,
  ecrit_le timestamptz not null default now(),
  primary key (exercice, version, manifeste_sha256)
);
comment on table journal.extraits is 'Manifestes des extraits écrits : leur empreinte et leur signature, en ajout seul';

create table journal.sceaux_clotures (
  exercice int not null,
  version bigint not null,
  enonce text not null,                   -- the row of journal.clotures as canonical JSON: what is signed
  signature bytea not null,
  cle_publique bytea not null,
  primary key (exercice, version)
);
comment on table journal.sceaux_clotures is 'Signature de chaque clôture, faite dans la transaction qui approuve, en ajout seul';

create function journal.refuser_changement() returns trigger language plpgsql set search_path = '' as $$
begin
  raise exception 'journal.% ne reçoit que des ajouts', tg_table_name using errcode = 'insufficient_privilege';
end $$;
comment on function journal.refuser_changement is 'Ce qui est inscrit ne se change ni ne s''efface';

do $$
declare t text;
begin
  foreach t in array array['sceaux', 'extraits', 'sceaux_clotures'] loop
    execute format('create trigger en_ajout_seul before update or delete or truncate on journal.%I'
      ' for each statement execute function journal.refuser_changement()', t);
    execute format('alter table journal.%I enable always trigger en_ajout_seul', t);
  end loop;
end $$;

-- The statement is inscribed when it says what the journal says, and follows the last one
create function journal.sceller(dit text, signe bytea, cle bytea, forme jsonb, sommes jsonb) returns int
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
  if not exists (
    select from journal.constructions as c
     where c.version = (e ->> 'version')::bigint and c.statut = 'publiee'
       and c.prepare_par = e ->> 'prepare_par' and c.code_version = e ->> 'code_version'
       and c.publication_sha256 = e ->> 'publication_sha256' and to_jsonb(c.exercices) = e -> 'exercices'
  ) or e -> 'pointeurs' is distinct from (select jsonb_object_agg(exercice, version) from journal.publications) then
    raise exception 'le sceau % ne dit pas ce que le journal dit', e ->> 'numero' using errcode = 'check_violation';
  end if;
  insert into journal.sceaux
  select r.* from jsonb_populate_record(null::journal.sceaux,
    e || jsonb_build_object('enonce', dit, 'contrat', forme, 'empreintes', sommes,
      'signature', '\x' || encode(signe, 'hex'), 'cle_publique', '\x' || encode(cle, 'hex'))) as r;
  return (e ->> 'numero')::int;
end $$;
comment on function journal.sceller is 'Inscrit le sceau de la publication qui vient d''être faite';
revoke execute on function journal.sceller from public;

create function journal.noter_extrait(annee int, de_version bigint, empreinte text, signe bytea, cle bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from journal.sceaux as s where s.version = de_version and annee = any (s.exercices)) then
    raise exception 'la version % n''est pas scellée pour l''exercice %', de_version, annee
      using errcode = 'check_violation';
  end if;
  insert into journal.extraits (exercice, version, manifeste_sha256, signature, cle_publique)
  values (annee, de_version, empreinte, signe, cle) on conflict do nothing;
end $$;
comment on function journal.noter_extrait is 'Inscrit l''empreinte et la signature du manifeste d''un extrait écrit';
revoke execute on function journal.noter_extrait from public;

-- journal.clotures comes with the next migration
create function journal.cloture_a_sceller(annee int, de_version bigint) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select jsonb_build_object('exercice', c.exercice, 'version', c.version, 'prepare_par', c.prepare_par,
      'approuve_par', c.approuve_par, 'manifeste_sha256', c.manifeste_sha256,
      'approuve_le', to_char(c.approuve_le at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
      from journal.clotures as c where c.exercice = annee and c.version = de_version);
end $$;
comment on function journal.cloture_a_sceller is 'Ce qu''une clôture dit, à signer';

-- only who approved has it signed: a row that somebody else slipped in stays without signature
create function journal.sceller_cloture(dit text, signe bytea, cle bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  e constant jsonb := dit::jsonb;
begin
  if e is distinct from journal.cloture_a_sceller((e ->> 'exercice')::int, (e ->> 'version')::bigint)
    or e ->> 'approuve_par' is distinct from session_user::text then
    raise exception 'cette clôture n''est pas celle que le compte % a approuvée', session_user
      using errcode = 'check_violation';
  end if;
  insert into journal.sceaux_clotures (exercice, version, enonce, signature, cle_publique)
  values ((e ->> 'exercice')::int, (e ->> 'version')::bigint, dit, signe, cle) on conflict do nothing;
end $$;
comment on function journal.sceller_cloture is 'Inscrit la signature d''une clôture, au nom du compte qui a approuvé';
revoke execute on function journal.cloture_a_sceller, journal.sceller_cloture from public;

grant select on journal.sceaux, journal.extraits, journal.sceaux_clotures to mutualisation_traitement;
grant execute on function journal.sceller, journal.noter_extrait, journal.cloture_a_sceller to mutualisation_traitement;
grant execute on function journal.cloture_a_sceller, journal.sceller_cloture to approbateur;
