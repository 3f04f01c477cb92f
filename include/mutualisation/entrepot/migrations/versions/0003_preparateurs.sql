-- K2: a build records the login that opens it, a member of `preparateur`; nobody signs for another.
grant usage on schema journal to preparateur;

create function journal.ouvrir_construction(exercices int[], code_version text) returns bigint
language plpgsql security definer set search_path = '' as $$
declare
  nouvelle bigint;
begin
  if not pg_has_role(session_user, 'preparateur', 'member') then
    raise exception 'le compte % n''est pas membre du groupe preparateur', session_user
      using errcode = 'insufficient_privilege';
  end if;
  insert into journal.constructions (exercices, prepare_par, code_version)
  values (exercices, session_user, code_version)
  returning version into nouvelle;
  return nouvelle;
end $$;
comment on function journal.ouvrir_construction is 'Ouvre une construction au nom du compte connecté, membre de preparateur';
revoke execute on function journal.ouvrir_construction from public;
grant execute on function journal.ouvrir_construction to preparateur;
