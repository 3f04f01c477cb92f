-- Append-only seals and extracts (K10, S7).
select 1;
