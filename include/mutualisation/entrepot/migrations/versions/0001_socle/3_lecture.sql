-- Readers of cells: each gives NULL when the cell is not stated or can't be read; lecture.vide tells which.
-- A reader is one expression that the planner inlines, plain values first; the rare forms go to a *_forme function.
create function lecture.texte(t text) returns text language sql immutable parallel safe as
$$ select nullif(btrim(t, E' \t\n\r\u00a0\u202f'), '') $$;

-- empty or « - », with or without a trailing €; a cell that starts with a digit is neither
create function lecture.vide(t text) returns boolean language sql immutable parallel safe as $$
  select case
    when ascii(t) between ascii('0') and ascii('9') then false
    else coalesce(ltrim(rtrim(t, E' \t\n\r\u00a0\u202f€'), E' \t\n\r\u00a0\u202f'), '') in ('', '-')
  end
$$;

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

-- day first with / - or ., year first with - or /, aaaammjj; one separator; a midnight time may follow (C3)
create function lecture.date_forme(t text) returns date language plpgsql immutable parallel safe as $$
declare
  c text := btrim(t, E' \t\r\n\u00a0\u202f');
  a int; m int; j int;
begin
  if c ~ '[ T]00:00(?::00)?$' then
    c := regexp_replace(c, '[ T]00:00(?::00)?$', '');
  end if;
  if c ~ '^[0-9]{2}([/.-])[0-9]{2}\1[0-9]{4}$' then
    a := substr(c, 7, 4); m := substr(c, 4, 2); j := substr(c, 1, 2);
  elsif c ~ '^[0-9]{4}([/-])[0-9]{2}\1[0-9]{2}$' then
    a := substr(c, 1, 4); m := substr(c, 6, 2); j := substr(c, 9, 2);
  elsif c ~ '^[0-9]{8}$' then
    a := substr(c, 1, 4); m := substr(c, 5, 2); j := substr(c, 7, 2);
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

-- hours in minutes, exact: hundredths (3,50), HH:MM, HH:MM:00, 7h30, 7h (C8; bounds are a rule of the row)
create function lecture.minutes_forme(t text) returns numeric language plpgsql immutable parallel safe as $$
declare
  c text := btrim(t, E' \t\r\n\u00a0\u202f');
begin
  return case
    when c ~ '^[0-9]{1,4}(?:[.,][0-9]{1,2})?$' then replace(c, ',', '.')::numeric * 60
    when c ~ '^[0-9]{1,2}[:hH][0-5][0-9]$' then left(c, -3)::numeric * 60 + right(c, 2)::numeric
    -- the reader of workbooks writes all the hours of [h]:mm (F11)
    when c ~ '^[0-9]{1,4}:[0-5][0-9]:00$' then left(c, -6)::numeric * 60 + substr(right(c, 5), 1, 2)::numeric
    when c ~ '^[0-9]{1,2}[hH]$' then left(c, -1)::numeric * 60
  end;
end $$;

create function lecture.minutes(t text) returns numeric language sql immutable parallel safe as $$
  select case
    when octet_length(t) <= 7 and t ~ '^[0-9]+(?:[.,][0-9][0-9]?)?$' then replace(t, ',', '.')::numeric * 60
    when t ~ '^[0-9][0-9]?[:hH][0-5][0-9]$' then left(t, -3)::numeric * 60 + right(t, 2)::numeric
    when t ~ '^[0-9][0-9]:[0-5][0-9]:00$' then left(t, 2)::numeric * 60 + substr(t, 4, 2)::numeric
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

-- nothing but blanks; one look at the first character tells it of most cells
create function lecture.blanche(t text) returns boolean language sql immutable parallel safe as
$$ select case when ascii(t) between 33 and 126 then false else lecture.texte(t) is null end $$;

-- `nombre` (six decimals) with a trailing %, which is dropped (C1)
create function lecture.pourcentage_forme(t text) returns numeric language sql immutable parallel safe as $$
  select lecture.nombre_forme(regexp_replace(t, E'[ \u00a0\u202f]*%[ \t\r\n\u00a0\u202f]*$', ''), 6, 15)
$$;

create function lecture.pourcentage(t text) returns numeric language sql immutable parallel safe as $$
  select case
    when octet_length(t) <= 15 and t ~ '^-?[0-9]+(?:[.,][0-9][0-9]?)?$' then replace(t, ',', '.')::numeric
    when t ~ '[0-9]' then lecture.pourcentage_forme(t)
  end
$$;

-- an account: 2 to 12 digits, nothing else (C11)
create function lecture.compte_forme(t text) returns text language sql immutable parallel safe as $$
  select case when t ~ E'^[ \t\r\n\u00a0\u202f]*[0-9]{2,12}[ \t\r\n\u00a0\u202f]*$' then lecture.texte(t) end
$$;

create function lecture.compte(t text) returns text language sql immutable parallel safe as $$
  select case
    when octet_length(t) between 2 and 12 and rtrim(t, '0123456789') = '' then t
    when t ~ '[0-9]' then lecture.compte_forme(t)
  end
$$;

-- made of digits: without leading zeros; anything else as it is (P1)
create function lecture.numero_forme(t text) returns text language sql immutable parallel safe as $$
  select case
    when lecture.texte(t) like '0%' and rtrim(lecture.texte(t), '0123456789') = ''
      then coalesce(nullif(ltrim(lecture.texte(t), '0'), ''), '0')
    else lecture.texte(t)
  end
$$;

create function lecture.numero(t text) returns text language sql immutable parallel safe as $$
  select case when ascii(t) between ascii('1') and ascii('9') then lecture.texte(t) else lecture.numero_forme(t) end
$$;

-- a SIRET or SIREN, without inner spaces of any kind (C13)
create function lecture.sans_espaces_forme(t text) returns text language sql immutable parallel safe as $$
  select nullif(regexp_replace(
    t, E'[ \t\n\r\f\u000b\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', '', 'g'), '')
$$;

create function lecture.sans_espaces(t text) returns text language sql immutable parallel safe as $$
  select case when rtrim(t, '0123456789') = '' then nullif(t, '') else lecture.sans_espaces_forme(t) end
$$;

create function lecture.siret(t text) returns text language sql immutable parallel safe as $$
  select case when lecture.siret_valide(lecture.sans_espaces(t)) then lecture.sans_espaces(t) end
$$;

create function lecture.siren(t text) returns text language sql immutable parallel safe as $$
  select case when lecture.sans_espaces(t) ~ '^[0-9]{9}$' then lecture.sans_espaces(t) end
$$;

-- how names are compared: NFC, trimmed, inner spaces collapsed, without case, accents or the kind of apostrophe (F5, C7).
-- The C collation and the letters that no accent makes: the same answer whatever the locale of the server.
create function lecture.repli(t text) returns text language sql immutable parallel safe as $$
  select nullif(replace(translate(lower(regexp_replace(normalize(
    translate(
      btrim(regexp_replace(
        t, E'[ \t\n\r\f\u000b\u001c-\u001f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g')),
      E'\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4`\uff07', repeat('''', 9)), NFD),
    E'[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+', '', 'g') collate "C"),
    'ŒÆØĐŁ', 'œæøđł'), 'ß', 'ss'), '')
$$;

create function lecture.code_connu(t text) returns text language sql stable parallel safe as $$
  select coalesce((select c.code from journal.codes_connus as c where c.empreinte = t), lecture.texte(t))
$$;

-- a code of rh or compta; one that was unknown when its file was loaded is read again once something names it
create function lecture.code(t text) returns text language sql stable parallel safe as $$
  select case when t like '~%' then lecture.code_connu(t) else lecture.texte(t) end
$$;


grant execute on all functions in schema lecture to mutualisation_traitement;
