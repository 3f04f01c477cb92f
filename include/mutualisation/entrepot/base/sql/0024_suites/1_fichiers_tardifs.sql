-- Files that arrived once what is published of their exercice was built, but for a later build of it that is published, that
-- waits, or that found nothing to change. A PES is of the years of its bordereaux; a warehouse that never loaded has none.
create function journal.fichiers_tardifs() returns table (exercice int, version bigint, fichiers bigint)
language plpgsql stable as $$
begin
  return query execute format($requete$
    with vus as (
      select p.exercice, p.version, max(c.debut) as au
        from journal.publications as p
       inner join journal.constructions as c on c.statut in ('validee', 'publiee') and case
         when p.exercice = any (c.exercices) then c.statut = 'publiee' or c.version >= journal.derniere_proposee()
         else exists (select from journal.contenus as k where k.version = c.version and k.exercice = p.exercice) end
       group by p.exercice, p.version
    ), recents as (
      select c.fichier_id, c.exercice, f.charge_le
        from journal.fichiers_courants as c inner join journal.fichiers as f using (fichier_id)
       where f.charge_le > (select min(au) from vus)
    ), arrives as (table recents %s)
    select v.exercice, v.version, count(distinct a.fichier_id)
      from vus as v inner join arrives as a on v.exercice = a.exercice and v.au < a.charge_le
     group by v.exercice, v.version order by v.exercice $requete$,
    case when to_regclass('brut.pes') is not null then
      'union all select r.fichier_id, extract(year from p.dtebordem)::int, r.charge_le'
      ' from recents as r inner join brut.pes as p using (fichier_id)'
    end);
end $$;
comment on function journal.fichiers_tardifs is 'Fichiers arrivés depuis la version publiée de leur exercice, qu''aucune construction n''a comptés';
grant execute on function journal.fichiers_tardifs to mutualisation_traitement;
