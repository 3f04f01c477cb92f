-- Every view of what is published joins the pointers. Of a table that nothing has counted the planner supposes 1 700 rows, and a
-- handful in each view: it sorts on disk a million units that it would add up in memory. Nothing counts so few rows by itself.
create or replace function journal.compter_pointeurs() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  analyze journal.publications;
  return null;
end $$;
comment on function journal.compter_pointeurs is 'Compte les pointeurs de publication, pour les plans de ce qui les lit';
create or replace trigger compter after insert or update or delete on journal.publications
for each statement execute function journal.compter_pointeurs();
analyze journal.publications;
