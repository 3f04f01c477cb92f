-- What an extract says beside its figures, frozen with the version: the same version is rendered again byte for byte.
alter table journal.constructions add column contexte jsonb;
comment on column journal.constructions.contexte is
  'EPCI, paramètres en vigueur, fichiers comptés et exercices présentés, figés à la publication';
