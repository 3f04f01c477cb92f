-- What a file of rests says beside its titres: the day to which it is drawn up (a file of two days is refused), and the
-- titres that it names and the ledger does not know (R13a).
select
  exercice_fichier as exercice,
  max(au) filter (where dit_le_jour) as au,
  count(*) as lignes,
  count(*) filter (where sans_titre) as lignes_sans_titre,
  sum(reste_a_recouvrer) filter (where sans_titre) as reste_sans_titre
from {{ ref('lec_compta__restes_a_recouvrer') }}
group by exercice_fichier
