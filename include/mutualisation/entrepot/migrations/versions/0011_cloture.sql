-- Closing by function (K2, K4, K5, K11); where extracts stand; the set of files that a build counts.

-- ---------------------------------------------------------------- closings
create table journal.clotures (
  exercice int not null,
  version bigint not null,
  prepare_par text not null,
  approuve_par text not null,
  approuve_le timestamptz not null default now(),
  manifeste_sha256 text not null check (manifeste_sha256 ~ '^[0-9a-f]{64}$'),
  primary key (exercice, version),
  check (approuve_par <> prepare_par)
);
comment on table journal.clotures is 'Versions closes, approuvées par une autre personne que celle qui a préparé ; en ajout seul (K2, K11)';
comment on column journal.clotures.manifeste_sha256 is 'Empreinte du manifeste de l''extrait à approuver qui a été approuvé';

create trigger en_ajout_seul before update or delete or truncate on journal.clotures
for each statement execute function journal.refuser_changement();
alter table journal.clotures enable always trigger en_ajout_seul;

-- R7f, R12a, K5: the version in which a closed exercice is read by the others
create view journal.versions_closes as
select exercice, max(version) as version from journal.clotures group by exercice;
comment on view journal.versions_closes is 'Dernière version close de chaque exercice clos';

-- Where an extract was put: a help to find it again, never a proof
create table journal.emplacements (
  exercice int not null,
  version bigint not null references journal.constructions,
  statut text not null check (statut in ('a_approuver', 'clos')),
  manifeste_sha256 text not null check (manifeste_sha256 ~ '^[0-9a-f]{64}$'),
  dossier text not null,
  ecrit_le timestamptz not null default clock_timestamp(),
  primary key (exercice, version, manifeste_sha256, dossier)
);
comment on table journal.emplacements is 'Dossiers où les extraits ont été écrits, avec l''empreinte de leur manifeste';

-- MU001: a refusal whose message is the French sentence for the user
create function journal.approuver(annee int, de_version bigint, empreinte text) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  preparateur_ text;
  sans int;
begin
  if not journal.est_membre(session_user, 'approbateur') then
    raise exception 'Le compte « % » n''est pas membre du groupe « approbateur » : un administrateur de la base l''y met par « grant approbateur to <compte> ».',
      session_user using errcode = 'insufficient_privilege';
  end if;
  -- the pointer does not move between the look and the closing
  lock table journal.publications, journal.clotures in share row exclusive mode;
  if exists (select from journal.clotures where exercice = annee and version = de_version) then
    return false;
  end if;
  select c.prepare_par into preparateur_
    from journal.publications as p
   inner join journal.constructions as c using (version)
   where p.exercice = annee and p.version = de_version and c.statut = 'publiee';
  if not found then
    raise exception 'La version % n''est pas celle que publie l''exercice % : seule la version publiée se clôture.',
      de_version, annee using errcode = 'MU001';
  end if;
  -- who made the figures does not approve them by having someone else run them again
  if exists (select from journal.constructions
              where prepare_par = session_user and statut = 'publiee' and annee = any (exercices)) then
    raise exception 'L''exercice % a été préparé par « % » : une autre personne doit l''approuver.', annee, session_user
      using errcode = 'MU001';
  end if;
  select count(*) into sans
    from versions.controles
   where exercice = annee and version = de_version and statut = 'ecart' and justification is null;
  if sans > 0 then
    raise exception 'L''exercice % a % écart(s) sans justification : il ne se clôture pas.', annee, sans
      using errcode = 'MU001';
  end if;
  if not exists (select from journal.extraits
                  where exercice = annee and version = de_version and manifeste_sha256 = empreinte) then
    raise exception 'Le manifeste approuvé n''est pas celui d''un extrait de l''exercice %, version %.', annee, de_version
      using errcode = 'MU001';
  end if;
  insert into journal.clotures (exercice, version, prepare_par, approuve_par, manifeste_sha256)
  values (annee, de_version, preparateur_, session_user, empreinte);
  return true;
end $$;
comment on function journal.approuver is
  'Clôt la version publiée d''un exercice au nom du compte connecté, membre de approbateur ; faux si elle l''est déjà';
revoke execute on function journal.approuver from public;
grant execute on function journal.approuver to approbateur, mutualisation_traitement;

-- A year before that is closed is shown by its closed version, with which the variation compares (R12a)
create or replace function journal.exercices_presentes(annee int) returns jsonb
language sql stable set search_path = pg_catalog, pg_temp as $$
  select coalesce(jsonb_object_agg(p.exercice::text, p.version), '{}')
    from (select d.exercice,
            case when d.exercice < annee then coalesce(v.version, d.version) else d.version end as version
            from journal.publications as d left join journal.versions_closes as v using (exercice)
           where d.exercice <= annee order by d.exercice desc limit 3) as p
$$;

-- ---------------------------------------------------------------- the files of a build
-- A simulation, or a step of a restatement, counts the files of a set, in its own session only: the setting
-- mutualisation.ensemble names it. Everywhere else what is accepted counts.
create table journal.ensembles (
  ensemble int not null,
  fichier_id bigint not null references journal.fichiers on delete cascade,
  primary key (ensemble, fichier_id)
);
comment on table journal.ensembles is 'Fichiers d''une construction qui ne se publie pas : simulation, étape d''un redressement';

create or replace view journal.fichiers_courants as
select distinct on (source, jeu, periode)
  fichier_id, source, jeu, periode, version, exercice, mois, semestre, depot, nom, chemin, sha256, lignes, dialecte
from journal.fichiers
where
  case
    when coalesce(current_setting('mutualisation.ensemble', true), '') = '' then statut = 'accepte'
    else fichier_id in (
      select e.fichier_id from journal.ensembles as e
      where e.ensemble = nullif(current_setting('mutualisation.ensemble', true), '')::int)
  end
order by source, jeu, periode, (statut = 'en_attente') desc, version desc, fichier_id desc;

-- Figures of the synthèse at each step of a restatement, kept for the build that follows (K6)
create table journal.etapes_redressement (
  exercice int not null,
  etape text not null check (etape in ('scelle', 'donnees_tardives', 'cles', 'parametres')),
  dispositif text not null,
  mesure text not null,
  valeur numeric,
  primary key (exercice, etape, dispositif, mesure)
);
comment on table journal.etapes_redressement is 'Chiffres d''un exercice clos, recalculés en changeant ses fichiers par étapes';

grant select on journal.clotures, journal.versions_closes to mutualisation_traitement;
grant select, insert on journal.emplacements to mutualisation_traitement;
grant select, insert, delete on journal.ensembles, journal.etapes_redressement to mutualisation_traitement;
