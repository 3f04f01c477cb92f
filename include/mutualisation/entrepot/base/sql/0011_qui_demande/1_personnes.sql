-- The account of Airflow that started a build prepared it, as whose login the build is made does (K2): `portes` keeps its name and
-- its logins, `repondant` of a closing the account that answered.
create or replace function journal.exiger_personnes() returns trigger
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
