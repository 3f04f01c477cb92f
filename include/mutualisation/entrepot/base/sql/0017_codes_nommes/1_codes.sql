-- Which code stands behind a digest, once a key or a parameter has named it (K9): a row of `brut` stays as it landed, and is
-- read through this.
create table journal.codes_nommes (masque text primary key, code text not null);
comment on table journal.codes_nommes is 'Codes que le référentiel a nommés après l''arrivée de lignes qui en gardent l''empreinte (K9)';
grant select, insert on journal.codes_nommes to mutualisation_traitement;
