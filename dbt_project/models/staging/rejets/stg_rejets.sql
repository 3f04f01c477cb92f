-- Rejected, held and repeated lines of every jeu of the registry, in the columns of `rejets`. The ledger is one reading: the
-- issue of a line is that of its identity (R3f).
{% for source_nom, jeu in jeux() if (source_nom, jeu) not in [('compta', 'mandats'), ('compta', 'titres'), ('compta', 'pes')] %}
{{ lignes_rejetees(source_nom, jeu) }}
union all
{% endfor %}
{% for jeu in ['mandats', 'titres'] %}
{{ lignes_rejetees('compta', jeu, 'lec_compta__ecritures') }}
union all
{% endfor %}
-- a PES has no line number that a reader could find: `rang` names bordereau, piece, line and repeat
select
  'compta' as source,
  'pes' as jeu,
  f.chemin,
  r.ligne,
  concat_ws('/', r.bordereau, r.piece, r.ligne_piece, row_number() over (
    partition by r.fichier_id, r.bordereau, r.piece, r.ligne_piece order by r.rang_ligne
  )) as rang,
  r.rejet_colonne as colonne,
  r.rejet_valeur as valeur,
  r.rejet_motif as motif,
  r.rejet_statut as statut,
  r.rejet_exercice as exercice,
  r.exercice_fichier,
  {{ apport('lec_compta__ecritures', 'montant') }} as montant,
  {{ apport('lec_compta__ecritures', 'minutes') }} as minutes
from {{ ref('lec_compta__ecritures') }} as r
inner join {{ ref('stg_journal__fichiers') }} as f on r.fichier_id = f.fichier_id
where r.origine = 'pes' and r.rejet_statut is not null
