-- What the last build has read of the days to come and of offices, in no version: reminders and letters are of the day.
create table journal.echeances (
  le date not null,
  genre text not null,
  objet text not null,
  qui text not null,
  du date not null,
  au date not null
);
comment on table journal.echeances is 'Ce qui vient à échéance d''après la dernière construction, hors de toute version';
create table journal.destinations (
  siret text primary key,
  courriel text not null
);
comment on table journal.destinations is 'Où le service de chaque adhérent reçoit d''après la dernière construction (S8), hors de toute version';
grant select, insert, delete on journal.echeances, journal.destinations to mutualisation_traitement;
-- a published exercice is sent before anything is built again
do $$
begin
  if exists (select from pg_attribute where attrelid = to_regclass('brut.adherents') and attname = 'courriel') then
    insert into journal.destinations
    select siret, courriel
    from (
      select distinct on (siret) siret, courriel from brut.adherents
      where defauts is null and fichier_id in (select fichier_id from journal.fichiers_courants)
      order by siret, debut desc, ligne desc
    ) as derniers
    where siret is not null and courriel is not null;
  end if;
end $$;
