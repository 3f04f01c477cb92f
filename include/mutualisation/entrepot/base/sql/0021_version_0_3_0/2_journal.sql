-- The journal: what was loaded, built and published. Amounts are numeric, never float.
create table journal.epci (siren text primary key, connu_depuis timestamptz not null default now());
comment on table journal.epci is 'SIREN de l''EPCI à qui cet entrepôt appartient (G10)';

create table journal.cle (
  seule boolean primary key default true check (seule),
  empreinte text not null,                -- HMAC of a constant: tells whether two keys are the same, never the key
  depuis timestamptz not null default now()
);
comment on table journal.cle is 'Empreinte de la clé des pseudonymes sous laquelle cet entrepôt est chargé (K1)';

-- One run at a time: who may update it may lock it, and nobody else. An advisory lock is anyone's.
create table journal.verrou ();
comment on table journal.verrou is 'Verrou d''un traitement : une table que seul mutualisation_traitement peut verrouiller';

-- ---------------------------------------------------------------- loads
create table journal.chargements (
  chargement_id bigint generated always as identity primary key,
  source text not null,
  debut timestamptz not null default now(),
  fin timestamptz,
  statut text not null default 'en_cours' check (statut in ('en_cours', 'accepte', 'refuse')),
  fichiers int not null default 0,
  lignes bigint not null default 0,
  motif text,
  porte jsonb,
  -- by the setting of the connection of a run
  execution bigint default nullif(current_setting('mutualisation.execution', true), '')::bigint
);
create index on journal.chargements (execution);
comment on column journal.chargements.porte is 'Résultat de la porte « fichier » : contrôles exécutés, échecs';

create table journal.fichiers (
  fichier_id bigint generated always as identity primary key,
  chargement_id bigint not null references journal.chargements,
  source text not null,
  jeu text not null,
  periode text not null,                  -- AAAA, AAAA-MM, AAAA-SN, depot-N ; PES : base name ; referentiel : ''
  version int not null,
  exercice int,                           -- year of the periode, when it has one
  mois int,
  semestre int,
  depot text,                             -- N of depot-N
  nom text not null,
  chemin text not null,                   -- relative to the drop: <source>/<nom>
  extension text not null,
  sha256 text not null,
  octets bigint not null,
  dialecte jsonb not null default '{}',   -- encodage, separateur, bannieres, colonnes_ignorees, colonnes_absentes
  lignes bigint not null default 0,       -- data rows landed
  controle jsonb,                         -- .controle.json, as read
  statut text not null default 'en_attente' check (statut in ('en_attente', 'accepte', 'refuse')),
  motif text,
  charge_le timestamptz not null default now(),
  correspondances text,
  efface_le timestamptz,
  -- a file of a jeu by month covers a month, a quarter or a year (F17): `mois` is the last of its months
  mois_debut int generated always as (
    mois - case when periode like '%-T_' then 2 when length(periode) = 4 then 11 else 0 end) stored
);
create index on journal.fichiers (source, jeu, periode, version);
create index on journal.fichiers (sha256);
comment on column journal.fichiers.correspondances is
  'Empreinte des lignes de correspondances de son jeu, avec lesquelles le fichier a été lu ; NULL sans correspondances';
comment on column journal.fichiers.efface_le is
  'Quand les lignes d''un fichier sur des personnes ont été effacées, sa conservation échue ; il ne compte plus';

comment on column journal.fichiers.mois_debut is 'Premier des mois que couvre le fichier ; mois est le dernier (F17)';

create table journal.totaux (
  fichier_id bigint not null references journal.fichiers on delete cascade,
  colonne text not null,                  -- ASCII column name of the registry
  valeur text not null,
  primary key (fichier_id, colonne)
);
comment on table journal.totaux is 'Cellules de la ligne Total d''un fichier (F4)';

-- A simulation, or a step of a restatement, counts the files of a set, in its own session only: the setting
-- mutualisation.ensemble names it. Everywhere else what is accepted counts.
create table journal.ensembles (
  ensemble int not null,
  fichier_id bigint not null references journal.fichiers on delete cascade,
  primary key (ensemble, fichier_id)
);
comment on table journal.ensembles is 'Fichiers d''une construction qui ne se publie pas : simulation, étape d''un redressement';

-- F1, F2: the highest version, then the latest load of that name. F17: a file gives way to a later one that covers one
-- of its months under another length; the load sees to it that all of its months have one
create view journal.fichiers_courants as
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

-- Files that counted at a moment: one that is loaded between build and publication is not among them
create function journal.fichiers_comptes(quand timestamptz) returns setof journal.fichiers
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
comment on function journal.fichiers_comptes is 'Fichiers qui comptaient à un moment, le dernier de chaque période';

-- ---------------------------------------------------------------- builds and publications
create table journal.constructions (
  version bigint generated always as identity primary key,
  exercices int[] not null,               -- asked and published
  statut text not null default 'en_cours'
    check (statut in ('en_cours', 'construite', 'validee', 'echouee', 'publiee')),
  prepare_par text not null,
  identite text not null default 'declaree' check (identite in ('declaree', 'authentifiee')),
  code_version text not null,
  debut timestamptz not null default now(),
  fin timestamptz,
  publication_sha256 text,
  portes jsonb not null default '{}',     -- result of each gate
  contexte jsonb,
  purgee_le timestamptz,
  execution bigint default nullif(current_setting('mutualisation.execution', true), '')::bigint,
  semestre smallint check (semestre in (1, 2)),
  chiffres_sha256 text,
  mois smallint check (mois between 1 and 12)
);
create index on journal.constructions (execution);
comment on column journal.constructions.identite is
  'Identité de qui a préparé : declaree à la ligne de commande, authentifiee par le serveur (K3)';
comment on column journal.constructions.contexte is
  'Fichiers comptés, exercices présentés et colonnes des relations, figés à la publication';
comment on column journal.constructions.purgee_le is
  'Quand les lignes d''une version remplacée ont été effacées ; NULL tant qu''elles sont là';
comment on column journal.constructions.semestre is 'Dernier semestre facturé, d''une construction qui ne se publie pas (R18)';
comment on column journal.constructions.chiffres_sha256 is
  'Empreinte de ce qui est publié, où rien ne dépend d''une clé ; vide d''une version d''un logiciel antérieur';
comment on column journal.constructions.mois is 'Mois auquel s''arrête une situation, qui ne se publie pas (R22)';
create view journal.construction_courante as
select version, exercices, semestre, mois from journal.constructions where statut = 'en_cours' order by version desc limit 1;

create table journal.publications (
  exercice int primary key,
  version bigint not null references journal.constructions,
  publie_le timestamptz not null default now()
);
comment on table journal.publications is 'Version publiée de chaque exercice : le pointeur des vues de publication';

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

-- What a build was made from, so that the same is not made again.
create table journal.entrees (
  version bigint primary key references journal.constructions,
  empreinte text not null check (empreinte ~ '^[0-9a-f]{64}$')
);
comment on table journal.entrees is
  'Empreinte de ce dont part une construction : fichiers comptés, exercices demandés, clôtures, logiciel';

-- A version is an artefact: its rows, what its documents say beside them and their digests are there before anybody says yes.
-- Publishing moves the pointers, and inscribes the statement of what was there.
create table journal.contenus (
  version bigint not null references journal.constructions,
  exercice int not null,
  sommes jsonb not null,
  primary key (version, exercice)
);
comment on table journal.contenus is 'Somme des lignes de chaque relation d''un exercice construit : les mêmes ne se publient pas deux fois';

create table journal.candidates (
  version bigint primary key references journal.constructions,
  relations jsonb not null,
  sortie text not null,
  manifestes jsonb not null default '{}'
);
comment on table journal.candidates is
  'Version dont les documents, composés à part sous une sortie, attendent une publication, puis leur place';
comment on column journal.candidates.relations is 'Empreintes de ce qui sera montré avec elle, que dira son sceau';
comment on column journal.candidates.manifestes is 'Empreinte du manifeste de chaque exercice, tel que la porte l''a lu';

-- What each document of a commune says, as a digest: one that says the same keeps its version and its file.
create table journal.documents (
  version bigint not null references journal.constructions,
  exercice int not null,
  logiciel text not null,
  contenus jsonb not null,
  primary key (version, exercice)
);
comment on table journal.documents is
  'Par document de commune d''une version : empreinte de ce qu''il dit, version où cela a changé, empreinte de son fichier';
comment on column journal.documents.logiciel is 'Empreinte du logiciel qui les a composés';
-- Which code stands behind a digest, once a key or a parameter has named it (K9): a row of `brut` stays as it landed, and is
-- read through this.
create table journal.codes_nommes (masque text primary key, code text not null);
comment on table journal.codes_nommes is 'Codes que le référentiel a nommés après l''arrivée de lignes qui en gardent l''empreinte (K9)';

-- ---------------------------------------------------------------- rights of the run
grant select on all tables in schema journal to mutualisation_traitement;
grant insert, update (fin, statut, fichiers, lignes, motif, porte) on journal.chargements to mutualisation_traitement;
grant insert, delete, update (lignes, dialecte, controle, statut, motif) on journal.fichiers to mutualisation_traitement;
grant insert on journal.totaux, journal.epci, journal.cle, journal.entrees, journal.contenus, journal.codes_nommes to mutualisation_traitement;
grant insert, update, delete on journal.candidates to mutualisation_traitement;
grant insert, delete on journal.ensembles, journal.etapes_redressement to mutualisation_traitement;
grant update on journal.verrou to mutualisation_traitement;
grant execute on function journal.fichiers_comptes to mutualisation_traitement;
grant select on journal.publications to mutualisation_lecteur, mutualisation_commune;

-- a file that was accepted is not changed any more, nor does it go
alter table journal.fichiers enable row level security;
create policy lecture on journal.fichiers for select to mutualisation_traitement using (true);
create policy arrivee on journal.fichiers for insert to mutualisation_traitement with check (statut <> 'accepte');
create policy attente on journal.fichiers for update to mutualisation_traitement using (statut <> 'accepte') with check (true);
create policy retrait on journal.fichiers for delete to mutualisation_traitement using (statut <> 'accepte');
