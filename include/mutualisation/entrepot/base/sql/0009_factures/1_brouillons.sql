-- Invoices before the year's accounts (R18): a build that stops at a semestre and is never published, and what was drafted.
alter table journal.constructions add column semestre smallint check (semestre in (1, 2));
comment on column journal.constructions.semestre is 'Dernier semestre facturé, d''une construction qui ne se publie pas (R18)';
create or replace view journal.construction_courante as
select version, exercices, semestre from journal.constructions where statut = 'en_cours' order by version desc limit 1;

create function journal.ouvrir_construction(exercices int[], code_version text, identite_ text, semestre_ int)
returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  nouvelle constant bigint := journal.ouvrir_construction(exercices, code_version, identite_);
begin
  update journal.constructions set semestre = semestre_ where version = nouvelle;
  return nouvelle;
end $$;
comment on function journal.ouvrir_construction(int[], text, text, int) is 'La même, de factures jusqu''à un semestre';
grant execute on function journal.ouvrir_construction(int[], text, text, int) to preparateur, mutualisation_traitement;

create table journal.brouillons (
  exercice int not null,
  semestre smallint not null,
  siret_adherent text not null,
  nom text not null,
  montant_du numeric(15, 2) not null,
  report_precedent numeric(15, 2) not null,
  statut text not null,
  montant_facture numeric(15, 2) not null,
  primary key (exercice, semestre, siret_adherent)
);
comment on table journal.brouillons is 'Dernières factures écrites d''un semestre avant que son exercice soit publié (R18)';
grant select, insert, delete on journal.brouillons to mutualisation_traitement;

-- The last build that somebody meant to publish: invoices and simulations, built aside, take the place of none whose rows
-- and documents are there
create function journal.derniere_a_publier() returns bigint
language sql stable set search_path = pg_catalog, pg_temp as $$
  select max(version) from journal.constructions
   where semestre is null and not portes ?| array['simulation', 'redressement']
$$;
comment on function journal.derniere_a_publier is 'Dernière construction, hors celles qui ne se publient jamais';

create or replace function journal.exiger_a_publier(numero bigint) returns void
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (select from journal.constructions where version = numero and statut = 'validee') then
    raise exception 'La version % n''est pas validée : lancez « mutualisation controler » avant de publier.', numero
      using errcode = 'MU001';
  end if;
  if numero is distinct from journal.derniere_a_publier() then
    raise exception 'La version % a été remplacée par une construction plus récente : lancez « mutualisation controler » de nouveau.',
      numero using errcode = 'MU001';
  end if;
  if numero <> (select max(version) from journal.constructions)
    and not exists (select from journal.candidates where version = numero and manifestes <> '{}') then
    raise exception 'Ce qui fut construit de la version % n''est plus là, des factures ou une simulation l''ont remplacé : lancez « mutualisation controler » de nouveau.',
      numero using errcode = 'MU001';
  end if;
end $$;

-- What the drafts say beside their figures, as for a version to publish
create function journal.figer_facturation(numero bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from journal.constructions where version = numero and semestre is not null) then
    perform journal.figer_contexte(numero);
  end if;
end $$;
comment on function journal.figer_facturation is 'Garde ce que disent les factures d''un exercice qui n''est pas publié';

grant execute on function journal.derniere_a_publier, journal.figer_facturation to mutualisation_traitement;
