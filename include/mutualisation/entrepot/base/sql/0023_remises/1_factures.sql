-- Invoices are given out by an act of their own: its statement holds the manifest of their folder, so each of their files (K10).
alter table journal.sceaux drop constraint sceaux_acte_check;
alter table journal.sceaux add constraint sceaux_acte_check check (acte in ('publication', 'cloture', 'factures'));
comment on table journal.sceaux is
  'Un énoncé par publication, par clôture et par dossier de factures, en ajout seul, chaîné au précédent et signé hors de l''entrepôt';

create function journal.sceller_factures(dit text, signe bytea, cle bytea) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  e constant jsonb := dit::jsonb;
begin
  if (e ->> 'acte', e ->> 'facture_par') is distinct from ('factures', session_user::text)
    or not exists (
      select from journal.constructions as c
       where c.version = (e ->> 'version')::bigint and (e #>> '{factures,exercice}')::int = any (c.exercices)
         and case when e #>> '{factures,version}' is null then c.semestre is not null else c.statut = 'publiee' end) then
    raise exception 'le sceau % ne dit pas ce que le journal dit', e ->> 'numero' using errcode = 'check_violation';
  end if;
  perform journal.inscrire(dit, signe, cle, null);
end $$;
comment on function journal.sceller_factures is
  'Inscrit l''énoncé de factures qui viennent d''être écrites, d''une version publiée ou de leur construction';
grant execute on function journal.sceller_factures to mutualisation_traitement;
