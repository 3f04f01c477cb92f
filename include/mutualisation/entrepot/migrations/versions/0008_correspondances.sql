-- What a file was read with: it is « déjà chargé » only while these are the same (F16).
alter table journal.fichiers add column correspondances text;
comment on column journal.fichiers.correspondances is
  'Empreinte des lignes de correspondances de son jeu, avec lesquelles le fichier a été lu ; NULL sans correspondances';
-- what a former reader landed lacks the columns and the forms of the revised contract: the next load reads it again
update journal.fichiers set correspondances = 'lecteur antérieur' where statut = 'accepte';
