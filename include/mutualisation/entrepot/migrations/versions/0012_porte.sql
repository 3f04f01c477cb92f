-- Fingerprint of the key (K1); codes that a key or a parameter names, by the digest that stood for them before (K9).
create table journal.cle (
  seule boolean primary key default true check (seule),
  empreinte text not null,                -- HMAC of a constant: tells whether two keys are the same, never the key
  depuis timestamptz not null default now()
);
comment on table journal.cle is 'Empreinte de la clé des pseudonymes sous laquelle cet entrepôt est chargé (K1)';

create table journal.codes_connus (
  empreinte text primary key,             -- what the door wrote in place of the code: « ~ » and 16 hex characters
  code text not null
);
comment on table journal.codes_connus is 'Codes du référentiel dont la porte ne garde l''empreinte que tant qu''ils sont inconnus (K9)';

create function lecture.code_connu(t text) returns text language sql stable parallel safe as $$
  select coalesce((select c.code from journal.codes_connus as c where c.empreinte = t), lecture.texte(t))
$$;
-- a code of rh or compta; one that was unknown when its file was loaded is read again once something names it
create function lecture.code(t text) returns text language sql stable parallel safe as $$
  select case when t like '~%' then lecture.code_connu(t) else lecture.texte(t) end
$$;

do $$
declare r text;
begin
  foreach r in array array['mutualisation_traitement', 'mutualisation_chargeur'] loop
    if exists (select from pg_roles where rolname = r) then
      execute format('grant select, insert on journal.cle, journal.codes_connus to %I', r);
      execute format('grant execute on function lecture.code(text), lecture.code_connu(text) to %I', r);
    end if;
  end loop;
  if exists (select from pg_roles where rolname = 'mutualisation_transformateur') then
    grant select on journal.codes_connus to mutualisation_transformateur;
    grant execute on function lecture.code(text), lecture.code_connu(text) to mutualisation_transformateur;
  end if;
end $$;
