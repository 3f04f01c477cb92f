-- The latest situation of each exercice, month by month, in no version (R22b).
create table journal.situations (
  exercice int not null,
  mois smallint not null,
  dispositif text not null,
  etp numeric(12, 6) not null,
  cout_personnel numeric(15, 2),
  cout_fonctionnement numeric(15, 2) not null,
  amortissements numeric(15, 2) not null,
  subventions numeric(15, 2) not null,
  reprises numeric(15, 2) not null,
  cout_net numeric(15, 2),
  recettes numeric(15, 2),
  primary key (exercice, mois, dispositif)
);
comment on table journal.situations is 'Dernière situation de chaque exercice, mois par mois, hors de toute version (R22)';
grant select, insert, delete on journal.situations to mutualisation_traitement;
