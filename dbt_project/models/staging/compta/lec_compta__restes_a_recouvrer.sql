{{ config(materialized='table', access='private') }}
-- One row per row of restes_a_recouvrer_AAAA (R13a). `dit_le_jour`: its Au is that of the file.
with cellules as ({{ lire_jeu('compta', 'restes_a_recouvrer') }}),

titres as (
  select distinct exercice, budget, bordereau, piece
  from {{ ref('stg_compta__ecritures') }}
  where sens = 'titre' and type_piece <> '02'
),

dedoublees as (
  select
    *,
    row_number() over (
      partition by fichier_id, (defaut is null), {{ cellules_lues('compta', 'restes_a_recouvrer') }} order by ligne
    ) as rang
  from cellules
),

-- rows of one titre that differ: nothing says which is true
identites as (
  select
    d.*,
    d.exercice <> d.exercice_fichier as autre_exercice,
    t.piece is not null as titre_connu,
    count(*) filter (where d.defaut is null and d.rang = 1)
      over (partition by d.fichier_id, d.exercice, d.budget, d.bordereau, d.piece) as nombre
  from dedoublees as d
  left join titres as t using (exercice, budget, bordereau, piece)
),

issues as (
  select
    *,
    case
      when defaut is not null then 'rejete'
      when rang > 1 then 'doublon'
      when autre_exercice then 'retenu'
      when nombre > 1 then 'rejete'
      when not titre_connu then 'retenu'
    end as rejet_statut,
    case
      when defaut is not null then defaut
      when rang > 1 then '|ligne répétée à l''identique (F7)'
      when autre_exercice then {{ faute_de_regle('compta', 'restes_a_recouvrer', 'retenu') }}
      when nombre > 1 then 'Pièce|deux lignes différentes pour un même titre (R13a)'
      when not titre_connu then 'Pièce|aucun titre accepté de cet exercice, budget, bordereau et pièce (R13a)'
    end as issue
  from identites
)

select
  fichier_id,
  ligne,
  exercice_fichier,
  exercice_fichier as rejet_exercice,
  {{ cellules_lues('compta', 'restes_a_recouvrer') }},
  -- a negative rest, or rows that contradict each other, say nothing of the file
  au is not null and (reste_a_recouvrer < 0) is not true and (defaut is not null or autre_exercice or nombre = 1) as dit_le_jour,
  not autre_exercice and not titre_connu and rejet_statut = 'retenu' as sans_titre,
  nullif(split_part(issue, '|', 1), '') as rejet_colonne,
  substr(issue, strpos(issue, '|') + 1) as rejet_motif,
  rejet_statut,
  rejet_statut is null as comptee
from issues
