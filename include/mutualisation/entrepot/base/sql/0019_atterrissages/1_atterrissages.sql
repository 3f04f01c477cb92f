-- The landing of the latest situation of each exercice (R22), kept until the year says what it became. A situation of a later
-- exercice tells again the months of this one, not where it was to land.
create table journal.atterrissages (
  exercice int not null,
  mois smallint not null,
  dispositif text not null,
  cout numeric(15, 2),
  recettes numeric(15, 2),
  primary key (exercice, dispositif)
);
comment on table journal.atterrissages is 'Où finirait chaque exercice d''après sa dernière situation (R22)';
grant select, insert, delete on journal.atterrissages to mutualisation_traitement;
