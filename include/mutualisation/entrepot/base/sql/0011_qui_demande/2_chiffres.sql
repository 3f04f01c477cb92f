-- A second digest beside that of S7, of what no key of pseudonyms touches: the same figures are seen to be the same (K1).
alter table journal.constructions add column chiffres_sha256 text;
comment on column journal.constructions.chiffres_sha256 is
  'Empreinte de ce qui est publié, où rien ne dépend d''une clé ; vide d''une version d''un logiciel antérieur';

create function journal.noter_chiffres(numero bigint, empreinte text) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
  update journal.constructions set chiffres_sha256 = empreinte where version = numero and statut = 'validee'
$$;
comment on function journal.noter_chiffres is 'Empreinte de ce qui sera publié avec une version, que nulle clé ne change';
grant execute on function journal.noter_chiffres to mutualisation_traitement;
