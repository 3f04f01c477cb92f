-- Fingerprint of the key (K1).
select 1;
