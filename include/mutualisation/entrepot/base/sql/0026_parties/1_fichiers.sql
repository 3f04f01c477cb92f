-- A period may come in parts, each with its own versions (F21): what the name says is the period and the part.
alter table journal.fichiers
  add column partie text not null default '',
  add column periode_ecrite text generated always as (periode || case when partie = '' then '' else '_part-' || partie end) stored;
comment on column journal.fichiers.partie is 'Nom de la partie, sans majuscule ni accent ; vide pour une période entière (F21)';
comment on column journal.fichiers.periode_ecrite is 'Période, et sa partie, telles que le nom les écrit : une identité (F1, F21)';

-- F1, F2: the highest version, then the latest load of that name. A file gives way to a later one that covers one of its
-- months under another length (F17), or its period whole instead of in parts, in parts instead of whole (F21).
create or replace view journal.fichiers_courants as
with derniers as (
  select distinct on (source, jeu, periode_ecrite)
    fichier_id, source, jeu, periode, version, exercice, mois, semestre, depot, nom, chemin, sha256, lignes, dialecte,
    mois_debut, partie, periode_ecrite
  from journal.fichiers
  where efface_le is null and
    case
      when coalesce(current_setting('mutualisation.ensemble', true), '') = '' then statut = 'accepte'
      else fichier_id in (
        select e.fichier_id from journal.ensembles as e
        where e.ensemble = nullif(current_setting('mutualisation.ensemble', true), '')::int)
    end
  order by source, jeu, periode_ecrite, (statut = 'en_attente') desc, version desc, fichier_id desc
)
select d.*
from derniers as d
where not exists (
  select from derniers as p
  where (p.source, p.jeu, p.exercice) = (d.source, d.jeu, d.exercice) and p.fichier_id > d.fichier_id
    and case
      when p.periode = d.periode then (p.partie = '') <> (d.partie = '')
      else p.mois_debut <= d.mois and p.mois >= d.mois_debut
    end);

create or replace function journal.fichiers_comptes(quand timestamptz) returns setof journal.fichiers
language sql stable set search_path = pg_catalog, pg_temp as $$
  with derniers as (
    select distinct on (source, jeu, periode_ecrite) *
      from journal.fichiers
     where statut = 'accepte' and charge_le <= quand and efface_le is null
     order by source, jeu, periode_ecrite, version desc, fichier_id desc
  )
  select d.*
    from derniers as d
   where not exists (
     select from derniers as p
      where (p.source, p.jeu, p.exercice) = (d.source, d.jeu, d.exercice) and p.fichier_id > d.fichier_id
        and case
          when p.periode = d.periode then (p.partie = '') <> (d.partie = '')
          else p.mois_debut <= d.mois and p.mois >= d.mois_debut
        end)
$$;
