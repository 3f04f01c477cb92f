-- What each adherent was sent: a row is there before its letter goes, and ends after. Nothing goes twice by itself.
create table exploitation.envois (
  siret text not null,
  archive_sha256 text not null,
  destination text not null,              -- an office's address
  exercice int not null,
  version bigint not null,
  accorde_par text not null,
  execution bigint default nullif(current_setting('mutualisation.execution', true), '')::bigint,
  debut timestamptz not null default clock_timestamp(),
  fin timestamptz,
  primary key (siret, archive_sha256, destination)
);
comment on table exploitation.envois is 'Enveloppes envoyées aux adhérents, une fois chacune à une adresse';
comment on column exploitation.envois.fin is 'Quand le serveur de courriel l''a prise ; NULL : commencé, issue inconnue';
grant select, insert, delete, update (fin) on exploitation.envois to mutualisation_traitement;
alter table exploitation.envois enable row level security;
create policy lecture on exploitation.envois for select to mutualisation_traitement using (true);
create policy ajout on exploitation.envois for insert to mutualisation_traitement with check (fin is null);
create policy suite on exploitation.envois for update to mutualisation_traitement
  using (fin is null) with check (true);
create policy refus on exploitation.envois for delete to mutualisation_traitement using (fin is null);
