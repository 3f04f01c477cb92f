-- The run alone makes temporary tables in the database, which a reader has no use for: whoever may make objects has run code
-- as the account of the server (CVE-2026-6460). A backup doesn't hold these rights: `restaurer` plays this again.
do $$
declare
  avant constant text := current_setting('role');
begin
  if pg_catalog.pg_has_role(
    session_user, (select datdba from pg_catalog.pg_database where datname = current_database()), 'usage'
  ) then
    set local role none;
    execute format('revoke create, temporary on database %I from public, mutualisation_lecteur', current_database());
    execute format('grant temporary on database %I to mutualisation_traitement', current_database());
    perform set_config('role', avant, true);
  end if;
end $$;
