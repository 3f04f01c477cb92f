-- A candidate belongs to its run: once it has passed its gates, its rows leave `construction`, which any build renews, for the
-- storage. It takes the place of the one that waits when it is proposed: composed whole, or found to change nothing.
create function journal.derniere_proposee() returns bigint
language sql stable set search_path = pg_catalog, pg_temp as $$
  select max(c.version) from journal.constructions as c
   where c.statut = 'publiee' or c.statut = 'validee' and (
     c.exercices = '{}'
     or exists (select from journal.candidates as k where k.version = c.version and k.manifestes <> '{}'))
$$;
comment on function journal.derniere_proposee is 'Dernière version publiée, ou dont les documents attendent, ou qui ne change rien';
grant execute on function journal.derniere_proposee to mutualisation_traitement;

create or replace function journal.derniere_a_publier() returns bigint
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(
    (select version from journal.constructions
      where version = journal.derniere_proposee() and statut = 'validee' and exercices <> '{}'),
    (select max(version) from journal.constructions
      where semestre is null and not portes ?| array['simulation', 'redressement']))
$$;
comment on function journal.derniere_a_publier is 'Version qui attend, sinon la dernière construction, hors celles qui ne se publient jamais';

create or replace function journal.exiger_a_publier(numero bigint) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from journal.constructions where version = numero and statut = 'validee') then
    raise exception 'La version % n''est pas validée : lancez « mutualisation controler » avant de publier.', numero
      using errcode = 'MU001';
  end if;
  if numero < journal.derniere_proposee() then
    raise exception 'La version % a été remplacée par une construction plus récente, la version % : lancez « mutualisation controler » de nouveau.',
      numero, journal.derniere_proposee() using errcode = 'MU001';
  end if;
end $$;
comment on function journal.exiger_a_publier is 'Refuse une version qu''une autre a remplacée, ou qui n''a pas passé les portes';

-- What never was published, and never will be
create function journal.versions_perdues() returns bigint[]
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(array_agg(version), '{}') from journal.constructions
   where statut <> 'publiee' and purgee_le is null and version < journal.derniere_proposee()
$$;
comment on function journal.versions_perdues is 'Versions jamais publiées, qu''une autre a remplacées';

-- the index of each storage says which column holds the exercice that a version publishes
create function journal.effacer_lignes(perdues bigint[], de int[] default null) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  relation record;
begin
  for relation in
    select i.indrelid::regclass as nom, pg_get_indexdef(i.indexrelid, 2, false) as pointeur
      from pg_index as i inner join pg_class as c on c.oid = i.indrelid
     where c.relnamespace = 'versions'::regnamespace and i.indexrelid = to_regclass(format('versions.%I', c.relname || '_version'))
     order by c.relname
  loop
    execute format('delete from %s where version = any ($1) and ($2 is null or %s = any ($2))',
      relation.nom, relation.pointeur) using perdues, de;
  end loop;
end $$;
comment on function journal.effacer_lignes is 'Efface les lignes de versions, de tous leurs exercices ou de ceux-là';

create or replace function journal.preparer_lignes(numero bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  lock table journal.publications in share row exclusive mode;
  perform journal.exiger_a_publier(numero);
  perform journal.effacer_lignes(journal.versions_perdues() || numero);
end $$;
comment on function journal.preparer_lignes is 'Efface ce qui ne sera jamais publié, avant les lignes d''une version validée';

create or replace function journal.restreindre(numero bigint, inchanges int[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update journal.constructions
     set exercices = array(select e from unnest(exercices) as e where e <> all (inchanges) order by e)
   where version = numero and statut = 'validee';
  if found then
    perform journal.effacer_lignes(array[numero], inchanges);
  end if;
end $$;

create or replace function journal.noter_empreinte(numero bigint, empreinte text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform journal.exiger_a_publier(numero);
  perform journal.figer_contexte(numero);
  update journal.constructions set publication_sha256 = empreinte where version = numero;
end $$;
comment on function journal.noter_empreinte is
  'Empreinte (S7) de ce qui sera publié avec une version, que montrent ses documents, et ce qu''ils disent à côté';

create or replace function journal.purger(garder int, remplacees boolean default false) returns bigint[]
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  purgees bigint[];
  perdues bigint[];
begin
  lock table journal.publications in share row exclusive mode;
  perdues := journal.versions_perdues();
  with publiees as (
    select c.version, c.exercices, s.enonce::jsonb ->> 'relations_sha256' as relations
      from journal.constructions as c
     inner join journal.sceaux as s on s.version = c.version and s.acte = 'publication'
     where c.statut = 'publiee' and c.purgee_le is null
  )
  select coalesce(array_agg(p.version order by p.version), '{}') into purgees
    from publiees as p
   where p.version not in (select journal.versions_a_garder(garder))
     and (remplacees or exists (
       select from publiees as suivante
        where suivante.version > p.version and suivante.exercices = p.exercices and suivante.relations = p.relations));
  perform journal.effacer_lignes(purgees || perdues);
  update journal.constructions as c set purgee_le = now() where c.version = any (purgees || perdues);
  return purgees;
end $$;

-- what a former software left in `construction` is made again
update journal.constructions set statut = 'construite'
 where statut = 'validee' and exercices <> '{}'
   and version not in (select version from journal.candidates where manifestes <> '{}');
