-- Rights on relations, on functions, on schemas, by role.
select n.nspname::text as schema, c.relname::text as nom, r.role, v.verbe,
  coalesce(has_table_privilege(r.role, c.oid, v.verbe), false) as entier,
  v.verbe in ('select', 'insert', 'update') and has_any_column_privilege(r.role, c.oid, v.verbe) as colonnes,
  c.relrowsecurity and not pg_has_role(nullif(r.role, 'public'), c.relowner, 'usage') and exists (
    select from pg_policy as p
     where p.polrelid = c.oid and p.polroles && (
         select array_agg(g.oid) from pg_roles as g where pg_has_role(nullif(r.role, 'public'), g.oid, 'usage'))
       and p.polcmd in ('*', case v.verbe when 'select' then 'r' when 'insert' then 'a'
                                          when 'update' then 'w' when 'delete' then 'd' end)
       and coalesce(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) <> 'true') as lignes,
  v.verbe in ('update', 'delete', 'truncate') and exists (
    select from pg_trigger as t where t.tgrelid = c.oid and t.tgname = 'en_ajout_seul') as ajout_seul
  from pg_class as c
 inner join pg_namespace as n on n.oid = c.relnamespace
 cross join unnest(%(roles)s::text[]) with ordinality as r (role, rang)
 cross join unnest(%(verbes)s::text[]) with ordinality as v (verbe, rang)
 where c.relkind in ('r', 'p', 'v', 'm', 'f')
   and (n.nspname in ('journal', 'brut', 'construction', 'versions', 'publication', 'documents', 'bi', 'exploitation')
     or c.oid = to_regclass('public.migrations'))
 order by n.nspname, c.relname, r.rang, v.rang;
select p.oid::regprocedure::text || case when p.prosecdef then ' (du propriétaire)' else '' end as nom, r.role,
  has_function_privilege(r.role, p.oid, 'execute') as permis, p.oid::regprocedure::text
  from pg_proc as p
 inner join pg_namespace as n on n.oid = p.pronamespace
 cross join unnest(%(roles)s::text[]) with ordinality as r (role, rang)
 where n.nspname in ('journal', 'exploitation')
 order by 1, r.rang;
select n.nspname::text, r.role, has_schema_privilege(r.role, n.oid, 'usage') as entre,
  has_schema_privilege(r.role, n.oid, 'create') as cree
  from pg_namespace as n
 cross join unnest(%(roles)s::text[]) with ordinality as r (role, rang)
 where n.nspname in ('journal', 'brut', 'construction', 'versions', 'publication', 'documents', 'bi', 'exploitation',
   'public')
 order by 1, r.rang;
