-- A file of a jeu by month covers a month, a quarter or a year (F17): `mois` is the last of its months.
alter table journal.fichiers add column mois_debut int generated always as (
  mois - case when periode like '%-T_' then 2 when length(periode) = 4 then 11 else 0 end) stored;
comment on column journal.fichiers.mois_debut is 'Premier des mois que couvre le fichier ; mois est le dernier (F17)';

-- F1, F2: the highest version, then the latest load of that name. F17: a file gives way to a later one that covers one
-- of its months under another length; the load sees to it that all of its months have one
create or replace view journal.fichiers_courants as
with derniers as (
  select distinct on (source, jeu, periode)
    fichier_id, source, jeu, periode, version, exercice, mois, semestre, depot, nom, chemin, sha256, lignes, dialecte,
    mois_debut
  from journal.fichiers
  where efface_le is null and
    case
      when coalesce(current_setting('mutualisation.ensemble', true), '') = '' then statut = 'accepte'
      else fichier_id in (
        select e.fichier_id from journal.ensembles as e
        where e.ensemble = nullif(current_setting('mutualisation.ensemble', true), '')::int)
    end
  order by source, jeu, periode, (statut = 'en_attente') desc, version desc, fichier_id desc
)
select d.*
from derniers as d
where not exists (
  select from derniers as p
  where (p.source, p.jeu, p.exercice) = (d.source, d.jeu, d.exercice) and p.periode <> d.periode
    and p.mois_debut <= d.mois and p.mois >= d.mois_debut and p.fichier_id > d.fichier_id);

create or replace function journal.fichiers_comptes(quand timestamptz) returns setof journal.fichiers
language sql stable set search_path = pg_catalog, pg_temp as $$
  with derniers as (
    select distinct on (source, jeu, periode) *
      from journal.fichiers
     where statut = 'accepte' and charge_le <= quand and efface_le is null
     order by source, jeu, periode, version desc, fichier_id desc
  )
  select d.*
    from derniers as d
   where not exists (
     select from derniers as p
      where (p.source, p.jeu, p.exercice) = (d.source, d.jeu, d.exercice) and p.periode <> d.periode
        and p.mois_debut <= d.mois and p.mois >= d.mois_debut and p.fichier_id > d.fichier_id)
$$;
