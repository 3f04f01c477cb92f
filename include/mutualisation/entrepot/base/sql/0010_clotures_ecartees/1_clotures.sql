-- PostgreSQL verifies no signature: who reads the statements does, and says here which closings don't hold. What is said here hides
-- nothing from who reads them, and the next run says it again.
create table journal.ecartes (numero int primary key);
comment on table journal.ecartes is 'Clôtures dont l''énoncé ne tient pas, que les vues laissent : redites par chaque traitement';
grant select, insert, delete on journal.ecartes to mutualisation_traitement;

-- a version whose closing does not hold may be closed
alter table journal.sceaux drop constraint sceaux_acte_version_exercice_key;
create unique index on journal.sceaux (version) where acte = 'publication';

create or replace view journal.clotures as
select distinct on (s.exercice, s.version)
  s.exercice, s.version, e.dit ->> 'prepare_par' as prepare_par, e.dit ->> 'approuve_par' as approuve_par,
  (e.dit ->> 'approuve_le')::timestamptz as approuve_le, e.dit ->> 'manifeste_sha256' as manifeste_sha256,
  e.dit ->> 'identite' as identite, s.enonce
from journal.sceaux as s cross join lateral (select s.enonce::jsonb) as e (dit)
where s.acte = 'cloture' and s.numero not in (select numero from journal.ecartes)
order by s.exercice, s.version, s.numero;

create or replace view journal.versions_closes as
select exercice, max(version) as version from journal.clotures group by exercice;

-- rows are kept for a closing that is passed over too
create or replace function journal.versions_a_garder(garder int) returns setof bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  gardees constant bigint[] := array(select version from journal.publications)
    || array(select version from journal.sceaux where acte = 'cloture')
    || array(select version from journal.constructions where statut = 'publiee'
              order by version desc limit greatest(garder, 3));
begin
  return query
  select unnest(gardees)
  union
  select (lue.value)::bigint
    from journal.sceaux as s
   cross join lateral jsonb_each_text(s.enonce::jsonb -> 'pointeurs') as lue
   where s.acte = 'publication' and s.version = any (gardees)
  union
  select max(version) from journal.constructions;
end $$;
