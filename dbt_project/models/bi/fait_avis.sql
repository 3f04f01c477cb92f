-- R14: an opinion counts as deliberated in time, or as favourable when the three months have passed; `sens` is what was said, even late.
select
  exercice,
  code_insee,
  transmis_le,
  limite,
  delibere_le,
  sens,
  statut,
  case when statut = 'repute_favorable' then 'favorable' when statut not in ('en_attente', 'non_transmis') then statut end as compte_comme,
  motifs,
  exercice || '|' || code_insee as cle_commune
from {{ ref('avis_commune') }}
