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
