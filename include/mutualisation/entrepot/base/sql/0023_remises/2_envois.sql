-- A delivery is known by what it is about, not by its bytes: a closing changes them and nothing that a commune has to learn.
-- What is sent again, when asked, has a row of its own.
alter table exploitation.envois add column genre text not null default 'documents';
comment on column exploitation.envois.genre is 'Ce qui est remis : les documents d''un exercice';
alter table exploitation.envois drop constraint envois_pkey, add primary key (siret, exercice, version, genre, debut);
comment on table exploitation.envois is
  'Lettres aux adhérents : une par SIRET, exercice, version et genre, puis celles que quelqu''un a demandé de renvoyer';
