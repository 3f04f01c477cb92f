-- A pointer says which version `publication` shows of an exercice; it moves in one transaction that a statement ends.

-- Exercices that the documents of one show, a version to publish counted as published; a year before, by its closed version (R12a)
create function journal.exercices_presentes(annee int, a_publier bigint) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  with pointeurs as (
    select distinct on (exercice) exercice, version
      from (select exercice, version, 0 as rang from journal.publications
            union all
            select unnest(exercices), version, 1 from journal.constructions where version = a_publier) as p
     order by exercice, rang desc
  )
  select coalesce(jsonb_object_agg(p.exercice::text, p.version), '{}')
    from (select d.exercice,
            case when d.exercice < annee then coalesce(v.version, d.version) else d.version end as version
            from pointeurs as d left join journal.versions_closes as v using (exercice)
           where d.exercice <= annee order by d.exercice desc limit 3) as p
$$;
comment on function journal.exercices_presentes(int, bigint) is
  'Exercices que montrent les documents d''un exercice, et leur version, une version à publier comptée';

-- What a document says beside its figures, of the moment when its pointer moved: exercices shown, files counted, columns
create function journal.figer_contexte(numero bigint) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update journal.constructions as c set contexte = jsonb_build_object(
    'exercices', (
      select coalesce(
        jsonb_object_agg(e::text, jsonb_build_object('presentes', journal.exercices_presentes(e, numero))), '{}')
        from unnest(c.exercices) as e),
    'fichiers', (
      select coalesce(jsonb_agg(jsonb_build_object('chemin', f.chemin, 'sha256', f.sha256, 'lignes', f.lignes,
          'octets', f.octets) order by f.chemin collate "C"), '[]')
        from journal.fichiers_comptes(c.debut) as f),
    'relations', (
      select coalesce(jsonb_object_agg(v.relname, (
        select jsonb_agg(a.attname order by a.attnum)
          from pg_catalog.pg_attribute as a
         where a.attrelid = v.oid and a.attnum > 0 and not a.attisdropped)), '{}')
        from pg_catalog.pg_class as v
       where v.relkind = 'v' and v.relnamespace in ('publication'::regnamespace, 'documents'::regnamespace)))
   where c.version = numero
$$;
comment on function journal.figer_contexte is 'Garde avec une version ce que ses documents disent à côté des chiffres';

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

create function journal.derniere_a_publier() returns bigint
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(
    (select version from journal.constructions
      where version = journal.derniere_proposee() and statut = 'validee' and exercices <> '{}'),
    (select max(version) from journal.constructions
      where semestre is null and not portes ?| array['simulation', 'redressement']))
$$;
comment on function journal.derniere_a_publier is 'Version qui attend, sinon la dernière construction, hors celles qui ne se publient jamais';

create function journal.exiger_a_publier(numero bigint) returns void
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

create function journal.preparer_lignes(numero bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  lock table journal.publications in share row exclusive mode;
  perform journal.exiger_a_publier(numero);
  perform journal.effacer_lignes(journal.versions_perdues() || numero);
end $$;
comment on function journal.preparer_lignes is 'Efface ce qui ne sera jamais publié, avant les lignes d''une version validée';

-- An exercice whose rows are those of its published version keeps that version; of none left, nothing is to be published
create function journal.restreindre(numero bigint, inchanges int[]) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update journal.constructions
     set exercices = array(select e from unnest(exercices) as e where e <> all (inchanges) order by e)
   where version = numero and statut = 'validee';
  if found then
    perform journal.effacer_lignes(array[numero], inchanges);
  end if;
end $$;
comment on function journal.restreindre is 'Retire d''une version à publier les exercices qu''elle ne change pas';

create function journal.noter_empreinte(numero bigint, empreinte text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform journal.exiger_a_publier(numero);
  perform journal.figer_contexte(numero);
  update journal.constructions set publication_sha256 = empreinte where version = numero;
end $$;
comment on function journal.noter_empreinte is
  'Empreinte (S7) de ce qui sera publié avec une version, que montrent ses documents, et ce qu''ils disent à côté';

-- A second digest beside that of S7, of what no key of pseudonyms touches: the same figures are seen to be the same (K1).
create function journal.noter_chiffres(numero bigint, empreinte text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update journal.constructions set chiffres_sha256 = empreinte where version = numero and statut = 'validee'
$$;
comment on function journal.noter_chiffres is 'Empreinte de ce qui sera publié avec une version, que nulle clé ne change';

create function journal.noter_documents(numero bigint, annee int, compositeur text, dits jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- those of a published version stay
  perform journal.exiger_a_publier(numero);
  insert into journal.documents values (numero, annee, compositeur, dits)
      on conflict (version, exercice) do update set logiciel = excluded.logiciel, contenus = excluded.contenus;
end $$;
comment on function journal.noter_documents is 'Garde ce que disent les documents de communes d''une version à publier';

create function journal.publier(numero bigint) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  c record;
begin
  lock table journal.publications in share row exclusive mode;
  select statut, exercices, publication_sha256, contexte into c
    from journal.constructions where version = numero for update;
  -- the worker died after the commit and its task is run again: what was to be done is done
  if c.statut = 'publiee' then
    return c.publication_sha256;
  end if;
  perform journal.exiger_a_publier(numero);
  -- only what was asked: the other exercices keep their version (K5)
  insert into journal.publications (exercice, version)
  select distinct e, numero from unnest(c.exercices) as e
      on conflict (exercice) do update set version = excluded.version, publie_le = now();
  if exists (
    select from unnest(c.exercices) as e
     where c.contexte #> array['exercices', e::text, 'presentes'] is distinct from journal.exercices_presentes(e, numero))
  then
    raise exception 'Un exercice a été clos depuis que les documents de la version % ont été composés : lancez « mutualisation controler » de nouveau.',
      numero using errcode = 'MU001';
  end if;
  return null;
end $$;
comment on function journal.publier is
  'Déplace les pointeurs vers une version validée, dont les lignes sont là ; sceller finit la transaction';

-- a pointer is committed with the statement of what it shows, or not at all
create function journal.exiger_conclusion() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from journal.constructions where version = new.version and statut = 'publiee') then
    raise exception 'La publication de la version % n''a pas été conclue : rien n''est publié.', new.version
      using errcode = 'MU001';
  end if;
  return null;
end $$;
create constraint trigger conclusion after insert or update on journal.publications
deferrable initially deferred for each row execute function journal.exiger_conclusion();

-- Every view of what is published joins the pointers. Of a table that nothing has counted the planner supposes 1 700 rows, and a
-- handful in each view: it sorts on disk a million units that it would add up in memory. Nothing counts so few rows by itself.
create function journal.compter_pointeurs() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  analyze journal.publications;
  return null;
end $$;
comment on function journal.compter_pointeurs is 'Compte les pointeurs de publication, pour les plans de ce qui les lit';
create trigger compter after insert or update or delete on journal.publications
for each statement execute function journal.compter_pointeurs();

-- ---------------------------------------------------------------- communes
create table journal.comptes_communes (
  compte name primary key,
  code_insee text not null check (code_insee ~ '^[0-9][0-9AB][0-9]{3}$')
);
comment on table journal.comptes_communes is 'Commune (INSEE) de chaque compte du groupe mutualisation_commune';

create function journal.mes_sirets() returns text[]
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return array(
    select distinct a.siret_adherent
      from versions.adherent as a
     inner join journal.publications as p on p.exercice = a.exercice and p.version = a.version
     inner join journal.comptes_communes as c on c.code_insee = a.code_insee
     where c.compte = session_user);
end $$;
comment on function journal.mes_sirets is 'SIRET publiés de la commune du compte connecté';

grant execute on function journal.exercices_presentes, journal.derniere_proposee, journal.derniere_a_publier,
  journal.exiger_a_publier, journal.preparer_lignes, journal.restreindre, journal.noter_empreinte, journal.noter_chiffres,
  journal.noter_documents, journal.publier to mutualisation_traitement;
grant execute on function journal.mes_sirets to mutualisation_commune;
