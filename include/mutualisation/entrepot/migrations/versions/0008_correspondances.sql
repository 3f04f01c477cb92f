-- What a file was read with: it is « déjà chargé » only while these are the same (F16).
alter table journal.fichiers add column correspondances text;
comment on column journal.fichiers.correspondances is
  'Empreinte des lignes de correspondances de son jeu, avec lesquelles le fichier a été lu ; NULL sans correspondances';
