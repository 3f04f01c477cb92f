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
  porte jsonb
);
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
  efface_le timestamptz
);
create index on journal.fichiers (source, jeu, periode, version);
create index on journal.fichiers (sha256);
comment on column journal.fichiers.correspondances is
  'Empreinte des lignes de correspondances de son jeu, avec lesquelles le fichier a été lu ; NULL sans correspondances';
comment on column journal.fichiers.efface_le is
  'Quand les lignes d''un fichier sur des personnes ont été effacées, sa conservation échue ; il ne compte plus';

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

-- F1, F2: the highest version, then the latest load of that name
create view journal.fichiers_courants as
select distinct on (source, jeu, periode)
  fichier_id, source, jeu, periode, version, exercice, mois, semestre, depot, nom, chemin, sha256, lignes, dialecte
from journal.fichiers
where efface_le is null and
  case
    when coalesce(current_setting('mutualisation.ensemble', true), '') = '' then statut = 'accepte'
    else fichier_id in (
      select e.fichier_id from journal.ensembles as e
      where e.ensemble = nullif(current_setting('mutualisation.ensemble', true), '')::int)
  end
order by source, jeu, periode, (statut = 'en_attente') desc, version desc, fichier_id desc;

-- Files that counted at a moment: one that is loaded between build and publication is not among them
create function journal.fichiers_comptes(quand timestamptz) returns setof journal.fichiers
language sql stable set search_path = pg_catalog, pg_temp as $$
  select distinct on (source, jeu, periode) *
    from journal.fichiers
   where statut = 'accepte' and charge_le <= quand and efface_le is null
   order by source, jeu, periode, version desc, fichier_id desc
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
  purgee_le timestamptz
);
comment on column journal.constructions.identite is
  'Identité de qui a préparé : declaree à la ligne de commande, authentifiee par le serveur (K3)';
comment on column journal.constructions.contexte is
  'Fichiers comptés, exercices présentés et colonnes des relations, figés à la publication';
comment on column journal.constructions.purgee_le is
  'Quand les lignes d''une version remplacée ont été effacées ; NULL tant qu''elles sont là';
create view journal.construction_courante as
select version, exercices from journal.constructions where statut = 'en_cours' order by version desc limit 1;

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

-- ---------------------------------------------------------------- rights of the run
grant select on all tables in schema journal to mutualisation_traitement;
grant insert, update (fin, statut, fichiers, lignes, motif, porte) on journal.chargements to mutualisation_traitement;
grant insert, delete, update (lignes, dialecte, controle, statut, motif) on journal.fichiers to mutualisation_traitement;
grant insert on journal.totaux, journal.epci, journal.cle to mutualisation_traitement;
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
