-- Invoices before the year's accounts (R18): a build that stops at a semestre and is never published, and what was drafted.
create table journal.brouillons (
  exercice int not null,
  semestre smallint not null,
  siret_adherent text not null,
  nom text not null,
  montant_du numeric(15, 2) not null,
  report_precedent numeric(15, 2) not null,
  statut text not null,
  montant_facture numeric(15, 2) not null,
  primary key (exercice, semestre, siret_adherent)
);
comment on table journal.brouillons is 'Dernières factures écrites d''un semestre avant que son exercice soit publié (R18)';

-- R2h: an invoice written before its year is published tells the unit costs of the years before, under the groups that its build read.
create table journal.groupes_factures (exercice int not null, groupe text not null, primary key (exercice, groupe));
comment on table journal.groupes_factures is 'Groupes de coût moyen qu''ont lus des factures faites avant la publication (R18), que rien ne sépare plus (R2h)';

-- What the drafts say beside their figures, as for a version to publish
create function journal.figer_facturation(numero bigint) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if exists (select from journal.constructions where version = numero and semestre is not null) then
    perform journal.figer_contexte(numero);
  end if;
end $$;
comment on function journal.figer_facturation is 'Garde ce que disent les factures d''un exercice qui n''est pas publié';

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

grant select on journal.brouillons, journal.groupes_factures, journal.situations, journal.atterrissages to mutualisation_traitement;
grant insert on journal.groupes_factures to mutualisation_traitement;
grant insert, delete on journal.brouillons, journal.situations, journal.atterrissages to mutualisation_traitement;
grant execute on function journal.figer_facturation to mutualisation_traitement;
