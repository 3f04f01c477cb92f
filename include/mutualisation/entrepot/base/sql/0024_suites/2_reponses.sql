-- Who says yes to a version says it of that one: it keeps its turn, its rows and its documents until it is published, though
-- another is composed before the warehouse is free.
alter table journal.candidates
  add column accordee boolean not null default false,
  add column composee_le timestamptz not null default now();
comment on column journal.candidates.accordee is 'Une personne a répondu oui : une version composée depuis ne la remplace pas';
comment on column journal.candidates.composee_le is 'Ses empreintes et ses documents disent ce qui était publié alors';

create or replace function journal.derniere_proposee() returns bigint
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(
      max(version) filter (where statut = 'validee' and accordee and version > publiee),
      max(version) filter (where statut = 'publiee' or exercices = '{}' or manifestes <> '{}'))
    from (select c.version, c.statut, c.exercices, k.accordee, k.manifestes,
            coalesce(max(c.version) filter (where c.statut = 'publiee') over (), 0) as publiee
            from journal.constructions as c left join journal.candidates as k using (version)
           where c.statut in ('validee', 'publiee')) as c
$$;
comment on function journal.derniere_proposee is
  'Version accordée, sinon la dernière publiée, ou dont les documents attendent, ou qui ne change rien';
