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
-- A reader is one expression that the planner inlines, plain values first; the rare forms go to a *_forme function.
create function lecture.texte(t text) returns text language sql immutable parallel safe as
$$ select nullif(btrim(t, E' \t\n\r\u00a0\u202f'), '') $$;

-- empty or « - », with or without a trailing €
create function lecture.vide(t text) returns boolean language sql immutable parallel safe as
$$ select coalesce(ltrim(rtrim(t, E' \t\n\r\u00a0\u202f€'), E' \t\n\r\u00a0\u202f'), '') in ('', '-') $$;

-- thousands by space, NBSP or narrow NBSP, trailing €, (12,50) and 12,50- negative (C1)
create function lecture.nombre_forme(t text, decimales int, chiffres int) returns numeric
language plpgsql immutable parallel safe as $$
declare
  partie constant text := '(?:[0-9]{1,15}|[0-9]{1,3}(?: [0-9]{3}){1,4})(?:[.,][0-9]{1,' || decimales || '})?';
  c text := btrim(translate(t, E'\u00a0\u202f\t\r\n', '     '));
  negatif boolean := false;
  n numeric;
begin
  c := rtrim(rtrim(c, '€'));
  if c like '(%)' then
    c := rtrim(rtrim(btrim(substr(c, 2, length(c) - 2)), '€'));
    negatif := true;
  elsif c like '-%' then
    c := ltrim(substr(c, 2));
    negatif := true;
  elsif c like '%-' then
    c := left(c, -1);
    negatif := true;
  end if;
  if c !~ ('^' || partie || '$') then
    return null;
  end if;
  n := replace(replace(c, ' ', ''), ',', '.')::numeric;
  return case when n < power(10::numeric, chiffres) then case when negatif then -n else n end end;
end $$;

-- decimal comma or point, at most `decimales` decimals (C1); 15 figures before them
create function lecture.nombre(t text, decimales int) returns numeric language sql immutable parallel safe as $$
  select case
    when octet_length(t) <= 15 and t ~ '^-?[0-9]+(?:[.,][0-9][0-9]?)?$' and decimales >= 2
      then replace(t, ',', '.')::numeric
    when t ~ '[0-9]' then lecture.nombre_forme(t, decimales, 15)
  end
$$;

-- a published amount is numeric(15,2): 13 figures before the comma. Short patterns: a counted {1,13} costs twice more
create function lecture.montant(t text) returns numeric language sql immutable parallel safe as $$
  select case
    when octet_length(t) <= 13 and t ~ '^-?[0-9]+(?:[.,][0-9][0-9]?)?$' then replace(t, ',', '.')::numeric
    when octet_length(t) <= 17
      and t ~ E'^-?[0-9][0-9]?[0-9]?(?:[ \u00a0\u202f][0-9][0-9][0-9])+(?:[.,][0-9][0-9]?)?$'
      then translate(t, E', \u00a0\u202f', '.')::numeric
    when t ~ '[0-9]' then lecture.nombre_forme(t, 2, 13)
  end
$$;

create function lecture.entier(t text) returns integer language sql immutable parallel safe as $$
  select case
    when t ~ '^-?[0-9]{1,9}$' then t::integer
    when t ~ E'^[ \t\u00a0\u202f]*-?(?:[0-9]{1,9}|[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3}){1,2})[ \t\u00a0\u202f]*$'
      then translate(t, E' \t\u00a0\u202f', '')::integer
  end
$$;

create function lecture.annee(t text) returns integer language sql immutable parallel safe as $$
  select case
    when t ~ '^[0-9]{4}$' then t::integer
    when t ~ E'^[ \t\u00a0\u202f]*[0-9]{4}[ \t\u00a0\u202f]*$' then btrim(t, E' \t\u00a0\u202f')::integer
  end
$$;

-- jj/mm/aaaa or ISO, an ISO date may carry a midnight time (C3)
create function lecture.date_forme(t text) returns date language plpgsql immutable parallel safe as $$
declare
  c text := btrim(t, E' \t\r\n\u00a0\u202f');
  a int; m int; j int;
begin
  if c ~ '^[0-9]{2}/[0-9]{2}/[0-9]{4}$' then
    a := substr(c, 7, 4); m := substr(c, 4, 2); j := substr(c, 1, 2);
  elsif c ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[ T]00:00(?::00(?:\.0+)?)?)?$' then
    a := substr(c, 1, 4); m := substr(c, 6, 2); j := substr(c, 9, 2);
  else
    return null;
  end if;
  if a < 1000 or m not between 1 and 12 or j < 1
    or j > (case when m in (4, 6, 9, 11) then 30 when m <> 2 then 31
                when (a % 4 = 0 and a % 100 <> 0) or a % 400 = 0 then 29 else 28 end) then
    return null;
  end if;
  return make_date(a, m, j);
end $$;

-- days 1 to 28 exist in every month: those dates need no look at the calendar
create function lecture.date(t text) returns date language sql immutable parallel safe as $$
  select case
    when t like '__/__/____' and octet_length(replace(t, '/', '')) = 8 and rtrim(replace(t, '/', ''), '0123456789') = ''
      and left(t, 2) between '01' and '28' and substr(t, 4, 2) between '01' and '12' and right(t, 4) >= '1000'
      then make_date(right(t, 4)::int, substr(t, 4, 2)::int, left(t, 2)::int)
    when t like '____-__-__' and octet_length(replace(t, '-', '')) = 8 and rtrim(replace(t, '-', ''), '0123456789') = ''
      and right(t, 2) between '01' and '28' and substr(t, 6, 2) between '01' and '12' and left(t, 4) >= '1000'
      then make_date(left(t, 4)::int, substr(t, 6, 2)::int, right(t, 2)::int)
    when t ~ '[0-9]' then lecture.date_forme(t)
  end
$$;

-- hours in minutes, exact: hundredths (3,50), HH:MM, 7h30, 7h (C8; bounds are a rule of the row)
create function lecture.minutes_forme(t text) returns numeric language plpgsql immutable parallel safe as $$
declare
  c text := btrim(t, E' \t\r\n\u00a0\u202f');
begin
  return case
    when c ~ '^[0-9]{1,4}(?:[.,][0-9]{1,2})?$' then replace(c, ',', '.')::numeric * 60
    when c ~ '^[0-9]{1,2}[:hH][0-5][0-9]$' then left(c, -3)::numeric * 60 + right(c, 2)::numeric
    when c ~ '^[0-9]{1,2}[hH]$' then left(c, -1)::numeric * 60
  end;
end $$;
create function lecture.minutes(t text) returns numeric language sql immutable parallel safe as $$
  select case
    when octet_length(t) <= 7 and t ~ '^[0-9]+(?:[.,][0-9][0-9]?)?$' then replace(t, ',', '.')::numeric * 60
    when t ~ '^[0-9][0-9]?[:hH][0-5][0-9]$' then left(t, -3)::numeric * 60 + right(t, 2)::numeric
    when t ~ '[0-9]' then lecture.minutes_forme(t)
  end
$$;

-- Luhn key of a SIRET, odd places doubled; La Poste (356000000): sum of the digits multiple of 5 (C6)
create function lecture.siret_valide(t text) returns boolean language plpgsql immutable parallel safe as $$
declare
  c bytea;
  d bytea;
begin
  if t is null or octet_length(t) <> 14 or rtrim(t, '0123456789') <> '' then
    return false;
  end if;
  c := t::bytea;
  d := translate(t, '0123456789', '0246813579')::bytea;
  return (get_byte(d, 0) + get_byte(c, 1) + get_byte(d, 2) + get_byte(c, 3) + get_byte(d, 4) + get_byte(c, 5)
      + get_byte(d, 6) + get_byte(c, 7) + get_byte(d, 8) + get_byte(c, 9) + get_byte(d, 10) + get_byte(c, 11)
      + get_byte(d, 12) + get_byte(c, 13) - 14 * 48) % 10 = 0
    or (t like '356000000%' and (get_byte(c, 0) + get_byte(c, 1) + get_byte(c, 2) + get_byte(c, 3) + get_byte(c, 4)
      + get_byte(c, 5) + get_byte(c, 6) + get_byte(c, 7) + get_byte(c, 8) + get_byte(c, 9) + get_byte(c, 10)
      + get_byte(c, 11) + get_byte(c, 12) + get_byte(c, 13) - 14 * 48) % 5 = 0);
end $$;
grant execute on all functions in schema lecture to mutualisation_chargeur, mutualisation_transformateur;
