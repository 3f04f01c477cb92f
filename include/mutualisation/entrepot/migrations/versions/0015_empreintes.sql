-- What a build was when it ended, and when its gate judged it: the run role may write it, the key that signs it is not
-- in the warehouse.
create table journal.constructions_signees (
  numero bigint generated always as identity primary key,
  version bigint not null,
  enonce text not null,                   -- canonical JSON: status, exercices, gates, {relation: sha256}
  signature bytea not null,
  cle_publique bytea not null
);
comment on table journal.constructions_signees is
  'Empreintes signées d''une construction, à sa fin et à son contrôle, en ajout seul';
create trigger en_ajout_seul before update or delete or truncate on journal.constructions_signees
for each statement execute function journal.refuser_changement();
alter table journal.constructions_signees enable always trigger en_ajout_seul;
grant select, insert on journal.constructions_signees to mutualisation_traitement;

-- What each file landed: the run role owns brut, and signs what it wrote there in the transaction that wrote it.
create table journal.lignes_signees (
  numero bigint generated always as identity primary key,
  enonce text not null,                   -- canonical JSON: {jeu: columns, {file: sha256 of the file, rows, digest}}
  signature bytea not null,
  cle_publique bytea not null
);
comment on table journal.lignes_signees is 'Empreintes signées des lignes que chaque fichier a apportées, en ajout seul';
create trigger en_ajout_seul before update or delete or truncate on journal.lignes_signees
for each statement execute function journal.refuser_changement();
alter table journal.lignes_signees enable always trigger en_ajout_seul;
grant select, insert on journal.lignes_signees to mutualisation_traitement;

-- loaded before rows were signed: the next build signs them as they stand
create table journal.fichiers_non_signes as select fichier_id from journal.fichiers where statut = 'accepte';
comment on table journal.fichiers_non_signes is 'Fichiers chargés avant que leurs lignes ne soient signées';
grant select on journal.fichiers_non_signes to mutualisation_traitement;
