{{ config(materialized='ephemeral') }}
-- A PES has no line number that a reader could find: `rang` names bordereau, piece, line and repeat.
select
  'compta' as source,
  'pes' as jeu,
  r.fichier,
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
  r.identite,
  r.identite_ambigue,
  r.nature,
  r.montant_ttc,
  r.bordereau,
  r.autre_collectivite,
  r.bordereau_incoherent
from {{ ref('lec_compta__ecritures') }} as r
where r.origine = 'pes' and r.rejet_statut is not null
