-- A build, in the name of a preparer (K2). Functions of the owner put pg_temp last: an empty search_path would look there
-- first for the name of a type. MU001: a refusal whose message is the French sentence for the user.

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

create function journal.ouvrir_construction(exercices int[], code_version text, identite_ text) returns bigint
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
comment on function journal.ouvrir_construction(int[], text, text) is 'Ouvre une construction au nom du compte connecté, membre de preparateur';

create function journal.ouvrir_construction(exercices int[], code_version text, identite_ text, semestre_ int)
returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  nouvelle constant bigint := journal.ouvrir_construction(exercices, code_version, identite_);
begin
  update journal.constructions set semestre = semestre_ where version = nouvelle;
  return nouvelle;
end $$;
comment on function journal.ouvrir_construction(int[], text, text, int) is 'La même, de factures jusqu''à un semestre';

create function journal.ouvrir_construction(exercices int[], code_version text, identite_ text, semestre_ int, mois_ int)
returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  nouvelle constant bigint := journal.ouvrir_construction(exercices, code_version, identite_, coalesce(semestre_, (mois_ + 5) / 6));
begin
  update journal.constructions set mois = mois_ where version = nouvelle;
  return nouvelle;
end $$;
comment on function journal.ouvrir_construction(int[], text, text, int, int) is 'La même, arrêtée à un semestre (R18) ou à un mois (R22)';

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

grant execute on function journal.ouvrir_construction(int[], text, text), journal.ouvrir_construction(int[], text, text, int),
  journal.ouvrir_construction(int[], text, text, int, int) to preparateur, mutualisation_traitement;
grant execute on function journal.clore_construction, journal.renouveler_construction to mutualisation_traitement;
