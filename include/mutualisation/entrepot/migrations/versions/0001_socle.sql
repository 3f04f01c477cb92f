-- Schemas, roles, journal, cell readers. Amounts are numeric, never float.
create schema journal;
create schema brut;
create schema lecture;
create schema versions;
create schema publication;
comment on schema journal is 'Chargements, fichiers, constructions et publications';
comment on schema brut is 'Lignes telles que livrées : texte immuable, fichier, ligne';
comment on schema lecture is 'Lecture des cellules : un seul endroit pour chaque format';
comment on schema versions is 'Relations publiées, une partition par version';
comment on schema publication is 'Relations stables lues par les outils, la finance et les auditeurs';

do $$
declare r text;
begin
  foreach r in array array['mutualisation_lecteur', 'mutualisation_chargeur', 'mutualisation_transformateur',
                           'preparateur', 'approbateur'] loop
    if not exists (select from pg_roles where rolname = r) then
      execute format('create role %I nologin', r);
    end if;
  end loop;
end $$;
grant usage on schema publication to mutualisation_lecteur;
grant usage on schema journal, brut to mutualisation_chargeur, mutualisation_transformateur;
grant usage on schema lecture to mutualisation_chargeur, mutualisation_transformateur;

create table journal.epci (siren text primary key, connu_depuis timestamptz not null default now());
comment on table journal.epci is 'SIREN de l''EPCI à qui cet entrepôt appartient (G10)';

create table journal.chargements (
  chargement_id bigint generated always as identity primary key,
  source text not null,
  debut timestamptz not null default now(),
  fin timestamptz,
  statut text not null default 'en_cours' check (statut in ('en_cours', 'accepte', 'refuse')),
  fichiers int not null default 0,
  lignes bigint not null default 0,
  motif text
);

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
  charge_le timestamptz not null default now()
);
create index on journal.fichiers (source, jeu, periode, version);
create index on journal.fichiers (sha256);

create table journal.totaux (
  fichier_id bigint not null references journal.fichiers on delete cascade,
  colonne text not null,                  -- ASCII column name of the registry
  valeur text not null,
  primary key (fichier_id, colonne)
);
comment on table journal.totaux is 'Cellules de la ligne Total d''un fichier (F4)';

-- F1, F2: the highest version, then the latest load of that name
create view journal.fichiers_courants as
select distinct on (source, jeu, periode)
  fichier_id, source, jeu, periode, version, exercice, mois, semestre, depot, nom, chemin, sha256, lignes, dialecte
from journal.fichiers
where statut = 'accepte'
order by source, jeu, periode, version desc, fichier_id desc;

create table journal.constructions (
  version bigint generated always as identity primary key,
  exercices int[] not null,               -- asked and published
  statut text not null default 'en_cours'
    check (statut in ('en_cours', 'construite', 'validee', 'echouee', 'publiee')),
  prepare_par text not null,
  code_version text not null,
  debut timestamptz not null default now(),
  fin timestamptz,
  publication_sha256 text,
  portes jsonb not null default '{}'      -- result of each gate
);
create view journal.construction_courante as
select version, exercices from journal.constructions where statut = 'en_cours' order by version desc limit 1;

create table journal.publications (
  exercice int primary key,
  version bigint not null references journal.constructions,
  publie_le timestamptz not null default now()
);
comment on table journal.publications is 'Version publiée de chaque exercice : le pointeur des vues de publication';

-- ---------------------------------------------------------------- lecture
-- Each reader gives NULL when the cell is not stated or can't be read; lecture.vide tells which.
create function lecture.texte(t text) returns text language sql immutable parallel safe as
$$ select nullif(btrim(t, E' \t\n\r\u00a0\u202f'), '') $$;

create function lecture.vide(t text) returns boolean language sql immutable parallel safe as
$$ select coalesce(btrim(t, E' \t\n\r\u00a0\u202f'), '') in ('', '-') $$;

-- decimal comma or point, thousands by space, NBSP or narrow NBSP, trailing €, (12,50) and 12,50- negative (C1)
create function lecture.nombre(t text, decimales int) returns numeric language sql immutable parallel safe as $$
  select case
    when c ~ ('^-?[0-9]+([.,][0-9]{1,' || decimales || '})?$') then replace(c, ',', '.')::numeric
    when c ~ ('^([0-9]+|[0-9]{1,3}( [0-9]{3})+)([.,][0-9]{1,' || decimales || '})?-$')
      then -replace(replace(rtrim(c, '-'), ' ', ''), ',', '.')::numeric
    when c ~ ('^\(([0-9]+|[0-9]{1,3}( [0-9]{3})+)([.,][0-9]{1,' || decimales || '})?\)$')
      then -replace(replace(btrim(c, '()'), ' ', ''), ',', '.')::numeric
    when c ~ ('^- ?[0-9]{1,3}( [0-9]{3})+([.,][0-9]{1,' || decimales || '})?$')
      or c ~ ('^- [0-9]+([.,][0-9]{1,' || decimales || '})?$')
      or c ~ ('^[0-9]{1,3}( [0-9]{3})+([.,][0-9]{1,' || decimales || '})?$')
      then replace(replace(c, ' ', ''), ',', '.')::numeric
  end
  from (select regexp_replace(regexp_replace(btrim(translate(t, E'\u00a0\u202f\t', '   ')), ' *€ *(\)?)$', '\1'),
                              '^\( +| +\)$', '') as c) x
$$;
create function lecture.montant(t text) returns numeric language sql immutable parallel safe as
$$ select lecture.nombre(t, 2) $$;

create function lecture.entier(t text) returns integer language sql immutable parallel safe as $$
  select case when c ~ '^-?[0-9]{1,9}$' then c::integer end
  from (select replace(btrim(translate(t, E'\u00a0\u202f', '  ')), ' ', '') as c) x
$$;

create function lecture.annee(t text) returns integer language sql immutable parallel safe as
$$ select case when btrim(t) ~ '^[0-9]{4}$' then btrim(t)::integer end $$;

-- jj/mm/aaaa or ISO, an ISO date may carry a midnight time (C3)
create function lecture.date_sure(a int, m int, j int) returns date language sql immutable parallel safe as $$
  select case when a >= 1000 and m between 1 and 12 and j >= 1
    and j <= case when m in (1, 3, 5, 7, 8, 10, 12) then 31 when m in (4, 6, 9, 11) then 30
                  when (a % 4 = 0 and a % 100 <> 0) or a % 400 = 0 then 29 else 28 end
    then make_date(a, m, j) end
$$;
create function lecture.date(t text) returns date language sql immutable parallel safe as $$
  select case
    when c ~ '^[0-9]{2}/[0-9]{2}/[0-9]{4}$'
      then lecture.date_sure(substr(c, 7, 4)::int, substr(c, 4, 2)::int, substr(c, 1, 2)::int)
    when c ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T]00:00(:00(\.0+)?)?)?$'
      then lecture.date_sure(substr(c, 1, 4)::int, substr(c, 6, 2)::int, substr(c, 9, 2)::int)
  end
  from (select btrim(t, E' \t\u00a0\u202f') as c) x
$$;

-- hours in minutes, exact: hundredths (3,50), HH:MM, 7h30, 7h (C8; bounds are a rule of the row)
create function lecture.minutes(t text) returns numeric language sql immutable parallel safe as $$
  select case
    when c ~ '^[0-9]{1,4}[.,]?$' and c !~ '[.,]$' then c::numeric * 60
    when c ~ '^[0-9]{1,4}[.,][0-9]{1,2}$' then replace(c, ',', '.')::numeric * 60
    when c ~ '^[0-9]{1,2}(:|[hH])[0-5][0-9]$'
      then regexp_replace(c, '[:hH].*$', '')::numeric * 60 + right(c, 2)::numeric
    when c ~ '^[0-9]{1,2}[hH]$' then rtrim(c, 'hH')::numeric * 60
  end
  from (select btrim(t, E' \t\u00a0\u202f') as c) x
$$;

-- Luhn key of a SIRET; La Poste (356000000): sum of the digits multiple of 5 (C6)
create function lecture.siret_valide(t text) returns boolean language sql immutable parallel safe as $$
  select coalesce(t ~ '^[0-9]{14}$' and (
    (select sum(case when i % 2 = 1 then (d * 2) / 10 + (d * 2) % 10 else d end) % 10 = 0
       from (select i, substr(t, i, 1)::int as d from generate_series(1, 14) i) s)
    or (left(t, 9) = '356000000' and (select sum(substr(t, i, 1)::int) % 5 = 0 from generate_series(1, 14) i))), false)
$$;
grant execute on all functions in schema lecture to mutualisation_chargeur, mutualisation_transformateur;
