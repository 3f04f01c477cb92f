-- Closing by function (K2, K4, K5).
select 1;
