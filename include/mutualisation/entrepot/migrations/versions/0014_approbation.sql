-- An approval is a person's own act; who prepared and who approved were authenticated or declared (K2, K3, K10).

-- ---------------------------------------------------------------- identity (K3)
alter table journal.constructions add column identite text check (identite in ('declaree', 'authentifiee'));
comment on column journal.constructions.identite is
  'Identité de qui a préparé : declaree à la ligne de commande, authentifiee par le serveur ; NULL avant que ce soit noté';
alter table journal.clotures add column identite text check (identite in ('declaree', 'authentifiee'));
comment on column journal.clotures.identite is 'Identité de qui a approuvé, comme celle de qui a préparé';

drop function journal.ouvrir_construction;
create function journal.ouvrir_construction(exercices int[], code_version text, identite_ text default null) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  nouvelle bigint;
begin
  if not journal.est_membre(session_user, 'preparateur') then
    raise exception 'le compte % n''est pas membre du groupe preparateur', session_user
      using errcode = 'insufficient_privilege';
  end if;
  update journal.constructions set statut = 'echouee', fin = now() where statut = 'en_cours';
  insert into journal.constructions (exercices, prepare_par, code_version, identite)
  values (exercices, session_user, code_version, identite_)
  returning version into nouvelle;
  return nouvelle;
end $$;
comment on function journal.ouvrir_construction is 'Ouvre une construction au nom du compte connecté, membre de preparateur';

create or replace function journal.cloture_a_sceller(annee int, de_version bigint) returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select jsonb_build_object('exercice', c.exercice, 'version', c.version, 'prepare_par', c.prepare_par,
      'approuve_par', c.approuve_par, 'manifeste_sha256', c.manifeste_sha256,
      'approuve_le', to_char(c.approuve_le at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
      -- a closing of before says nothing of it, and keeps its signature
      || case when c.identite is null then '{}' else jsonb_build_object('identite', c.identite) end
      from journal.clotures as c where c.exercice = annee and c.version = de_version);
end $$;

-- ---------------------------------------------------------------- approval (K2)
drop function journal.approuver;
create function journal.approuver(annee int, de_version bigint, empreinte text, identite_ text default null) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
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
  lock table journal.publications, journal.clotures in share row exclusive mode;
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
                  where exercice = annee and version = de_version and manifeste_sha256 = empreinte) then
    raise exception 'Le manifeste approuvé n''est pas celui d''un extrait de l''exercice %, version %.', annee, de_version
      using errcode = 'MU001';
  end if;
  insert into journal.clotures (exercice, version, prepare_par, approuve_par, manifeste_sha256, identite)
  values (annee, de_version, preparateur_, session_user, empreinte, identite_);
  return true;
end $$;
comment on function journal.approuver is
  'Clôt la version publiée d''un exercice au nom du compte connecté, membre de approbateur ; faux si elle l''est déjà';

-- the run approves nothing: what it owns, `brut`, could make a member of both groups do it
revoke execute on function journal.ouvrir_construction, journal.approuver from public;
grant execute on function journal.ouvrir_construction to preparateur, mutualisation_traitement;
grant execute on function journal.approuver to approbateur;

-- ---------------------------------------------------------------- what the run owns
-- A right to read that was given on a table of `brut` runs nothing
create function journal.defauts_de_brut() returns table (relation text, defaut text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
  select c.relname::text, d.defaut
    from pg_class as c
   cross join lateral journal.defaut_de(c.oid::regclass, 'mutualisation_traitement') as d (defaut)
   where c.relnamespace = 'brut'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
     and d.defaut <> 'donne des droits à d''autres rôles'
   order by 1
$$;
comment on function journal.defauts_de_brut is
  'Ce qui, dans les tables de brut, s''exécuterait au nom de qui charge ; vide si rien';
revoke execute on function journal.defauts_de_brut from public;
grant execute on function journal.defauts_de_brut to mutualisation_traitement;

-- ---------------------------------------------------------------- publication
create or replace function journal.rattacher(nom name, numero bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  partition constant name := nom || '_v' || numero;
  defaut text;
begin
  -- a snapshot taken before the lock would not show what was added to the table since
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'Une publication se fait en « read committed », et cette transaction est en « % » : retirez default_transaction_isolation du compte ou de la base.',
      current_setting('transaction_isolation') using errcode = 'MU001';
  end if;
  if to_regclass(format('construction.%I', nom)) is null then
    raise exception 'La construction de la version % n''est plus entière (il manque construction.%) : une rotation de la clé ou un effacement l''a vidée depuis. Lancez « mutualisation controler » de nouveau.',
      numero, nom using errcode = 'MU001';
  end if;
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
