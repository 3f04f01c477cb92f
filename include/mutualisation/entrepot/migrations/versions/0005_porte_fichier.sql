-- What the file gate executed on a load, kept beside it: a build sums it up from the loads whose files it counts.
alter table journal.chargements add column porte jsonb;
comment on column journal.chargements.porte is
  'Résultat de la porte « fichier » : contrôles exécutés, échecs ; NULL pour un chargement antérieur à cette colonne';
