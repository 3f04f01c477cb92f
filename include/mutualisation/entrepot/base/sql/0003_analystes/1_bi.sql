-- The schema of analysts (S17), made as the others by who installs: the owner may make none in the database.
set local role none;
create schema bi authorization mutualisation_proprietaire;
set local role mutualisation_proprietaire;

comment on schema bi is
  'Pour qui interroge : dimensions et faits sans total ni taux, joints par les clés de même nom (S17)';
grant usage on schema bi to mutualisation_traitement, mutualisation_lecteur, mutualisation_commune;
