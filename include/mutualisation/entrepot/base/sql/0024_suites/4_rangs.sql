-- What is published is numbered, by exercice; builds count apart, those that nobody publishes too.
create function journal.rang_publie(annee int, de_version bigint) returns bigint
language sql stable set search_path = pg_catalog, pg_temp as $$
  select count(*) + 1 from journal.sceaux
   where acte = 'publication' and version < de_version and enonce::jsonb -> 'exercices' @> to_jsonb(annee)
$$;
comment on function journal.rang_publie is 'Numéro d''une version parmi les publications d''un exercice ; le suivant, avant sa publication';
grant execute on function journal.rang_publie to mutualisation_traitement;
