-- R2h: an invoice written before its year is published tells the unit costs of the years before, under the groups that its build read.
create table journal.groupes_factures (exercice int not null, groupe text not null, primary key (exercice, groupe));
comment on table journal.groupes_factures is 'Groupes de coût moyen qu''ont lus des factures faites avant la publication (R18), que rien ne sépare plus (R2h)';
grant select, insert on journal.groupes_factures to mutualisation_traitement;
