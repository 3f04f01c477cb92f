-- A pointer says which version `publication` shows of an exercice; it moves in one transaction that a statement ends.

-- Exercices that the documents of one show: {exercice: version}; a year before, by its closed version (R12a)
create function journal.exercices_presentes(annee int) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(jsonb_object_agg(p.exercice::text, p.version), '{}')
    from (select d.exercice,
            case when d.exercice < annee then coalesce(v.version, d.version) else d.version end as version
            from journal.publications as d left join journal.versions_closes as v using (exercice)
           where d.exercice <= annee order by d.exercice desc limit 3) as p
$$;
comment on function journal.exercices_presentes is 'Exercices que montrent les documents d''un exercice, et leur version';

-- What a document says beside its figures, of the moment when its pointer moved: exercices shown, files counted, columns
create function journal.figer_contexte(numero bigint) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update journal.constructions as c set contexte = jsonb_build_object(
    'exercices', (
      select coalesce(
        jsonb_object_agg(e::text, jsonb_build_object('presentes', journal.exercices_presentes(e))), '{}')
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

create function journal.publier(numero bigint) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  c record;
begin
  lock table journal.publications in share row exclusive mode;
  select statut, exercices, publication_sha256, version = (select max(version) from journal.constructions) as derniere
    into c from journal.constructions where version = numero for update;
  -- the worker died after the commit and its task is run again: what was to be done is done
  if c.statut = 'publiee' then
    return c.publication_sha256;
  end if;
  if c.statut is distinct from 'validee' then
    raise exception 'La version % n''est pas validée : lancez « mutualisation controler » avant de publier.', numero
      using errcode = 'MU001';
  end if;
  if not c.derniere then
    raise exception 'La version % a été remplacée par une construction plus récente : lancez « mutualisation controler » de nouveau.',
      numero using errcode = 'MU001';
  end if;
  -- only what was asked: the other exercices keep their version (K5)
  insert into journal.publications (exercice, version)
  select distinct e, numero from unnest(c.exercices) as e
      on conflict (exercice) do update set version = excluded.version, publie_le = now();
  perform journal.figer_contexte(numero);
  return null;
end $$;
comment on function journal.publier is
  'Déplace les pointeurs vers une version validée, dont le traitement ajoute les lignes ; sceller finit la transaction';

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

grant execute on function journal.publier to mutualisation_traitement;
grant execute on function journal.mes_sirets to mutualisation_commune;
