-- Where the year stands (R22): a build that stops at a month, hence at its semestre, and is never published.
alter table journal.constructions add column mois smallint check (mois between 1 and 12);
comment on column journal.constructions.mois is 'Mois auquel s''arrête une situation, qui ne se publie pas (R22)';
create or replace view journal.construction_courante as
select version, exercices, semestre, mois from journal.constructions where statut = 'en_cours' order by version desc limit 1;

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
grant execute on function journal.ouvrir_construction(int[], text, text, int, int) to preparateur, mutualisation_traitement;
