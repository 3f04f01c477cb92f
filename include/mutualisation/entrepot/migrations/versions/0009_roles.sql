-- Owner without login, migration, run, reader, preparer, approver, commune (K10).
select 1;
