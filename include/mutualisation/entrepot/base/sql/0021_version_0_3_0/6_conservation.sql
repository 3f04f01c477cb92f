-- What is not kept for ever: replaced versions, rows about persons.

-- What stays, whatever is asked: versions published, closed (by a closing that is passed over too), the last ones; and
-- those that one of them was sealed with, for its extract reads them.
create function journal.versions_a_garder(garder int) returns setof bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  gardees constant bigint[] := array(select version from journal.publications)
    || array(select version from journal.sceaux where acte = 'cloture')
    || array(select version from journal.constructions where statut = 'publiee'
              order by version desc limit greatest(garder, 3));
begin
  return query
  select unnest(gardees)
  union
  select (lue.value)::bigint
    from journal.sceaux as s
   cross join lateral jsonb_each_text(s.enonce::jsonb -> 'pointeurs') as lue
   where s.acte = 'publication' and s.version = any (gardees)
  union
  select max(version) from journal.constructions;
end $$;
comment on function journal.versions_a_garder is
  'Versions publiées, closes, les dernières (3 au moins), et celles que leurs extraits lisent';

-- `remplacees`: also versions whose figures differ from those that replaced them.
create function journal.purger(garder int, remplacees boolean default false) returns bigint[]
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  purgees bigint[];
  perdues bigint[];
begin
  lock table journal.publications in share row exclusive mode;
  perdues := journal.versions_perdues();
  with publiees as (
    select c.version, c.exercices, s.enonce::jsonb ->> 'relations_sha256' as relations
      from journal.constructions as c
     inner join journal.sceaux as s on s.version = c.version and s.acte = 'publication'
     where c.statut = 'publiee' and c.purgee_le is null
  )
  select coalesce(array_agg(p.version order by p.version), '{}') into purgees
    from publiees as p
   where p.version not in (select journal.versions_a_garder(garder))
     and (remplacees or exists (
       select from publiees as suivante
        where suivante.version > p.version and suivante.exercices = p.exercices and suivante.relations = p.relations));
  perform journal.effacer_lignes(purgees || perdues);
  update journal.constructions as c set purgee_le = now() where c.version = any (purgees || perdues);
  return purgees;
end $$;
comment on function journal.purger is
  'Efface les lignes des versions remplacées par une autre, identique (ou non, sur demande) ; rend leurs numéros';

-- Rows about persons are kept five exercices after theirs; what was published of them stays, closed or not
create function journal.effacer(jeux text[], jusqu_a int) returns bigint[]
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  dernier constant int := (select max(exercice) from journal.publications);
  effaces bigint[];
begin
  if dernier is null or jusqu_a > dernier - 5 then
    raise exception 'Les données des personnes se gardent cinq exercices après le leur : rien ne s''efface après %.',
      coalesce((dernier - 5)::text, 'aucun exercice publié') using errcode = 'MU001';
  end if;
  with echus as (
    update journal.fichiers as f set efface_le = now()
     where f.jeu = any (jeux) and f.exercice <= jusqu_a and f.efface_le is null and f.statut = 'accepte'
    returning f.fichier_id
  )
  select coalesce(array_agg(fichier_id), '{}') into effaces from echus;
  return effaces;
end $$;
comment on function journal.effacer is 'Note les fichiers sur des personnes dont la conservation est échue ; rend leurs numéros';

grant execute on function journal.purger, journal.effacer to mutualisation_traitement;
