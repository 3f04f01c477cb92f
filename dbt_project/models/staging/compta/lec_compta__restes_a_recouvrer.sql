{{ config(materialized='table', access='private') }}
-- One row per row of restes_a_recouvrer_AAAA (R13a). What says nothing of the day of the file is rejected: a negative rest, rows of
-- one titre that differ.
with cellules as ({{ lire_jeu('compta', 'restes_a_recouvrer') }}),

titres as (
  select distinct exercice, budget, bordereau, piece
  from {{ ref('stg_compta__ecritures') }}
  where
    sens = 'titre' and type_piece <> '02'
    -- of a ledger of a million lines, those that the list names
    and (exercice, budget, bordereau, piece) in (select c.exercice, c.budget, c.bordereau, c.piece from cellules as c)
),

lignes as (
  select
    c.*,
    {{ faute_de_regle('compta', 'restes_a_recouvrer', 'retenu') }} as autre_exercice,
    {{ meta_du_jeu('compta', 'restes_a_recouvrer').get('arrete', {}).get('sauf', 'false') }} as sans_jour,
    row_number() over (
      partition by exercice_fichier, (defaut is null), {{ cellules_lues('compta', 'restes_a_recouvrer') }} order by fichier_id desc, ligne
    ) as rang
  from cellules as c
),

issues as (
  select
    l.*,
    case
      when l.defaut is not null then 'rejete'
      when l.rang > 1 then 'doublon'
      when l.autre_exercice is not null then 'retenu'
      when l.sans_jour then 'rejete'
      when t.piece is null then 'retenu'
    end as rejet_statut,
    case
      when l.defaut is not null then l.defaut
      when l.rang > 1 then '|ligne répétée à l''identique (F7)'
      when l.autre_exercice is not null then l.autre_exercice
      when l.sans_jour then 'Pièce|deux lignes différentes pour un même titre (R13a)'
      when t.piece is null then 'Pièce|aucun titre accepté de cet exercice, budget, bordereau et pièce (R13a)'
    end as issue
  from lignes as l
  left join titres as t using (exercice, budget, bordereau, piece)
)

select
  fichier_id, ligne, exercice_fichier,
  exercice_fichier as rejet_exercice,
  {{ cellules_lues('compta', 'restes_a_recouvrer') }},
  sans_jour is not true as dit_le_jour,
  rejet_statut = 'retenu' and autre_exercice is null as sans_titre,
  nullif(split_part(issue, '|', 1), '') as rejet_colonne,
  substr(issue, strpos(issue, '|') + 1) as rejet_motif,
  rejet_statut,
  rejet_statut is null as comptee
from issues
