-- Who publishes is said by the statement of the publication, and is who is connected; who published doesn't approve (K2).
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
  return new;
end $$;
comment on function journal.exiger_personnes is 'Un énoncé dit qui publie, et qui a publié n''approuve pas';
create trigger personnes before insert on journal.sceaux for each row execute function journal.exiger_personnes();
