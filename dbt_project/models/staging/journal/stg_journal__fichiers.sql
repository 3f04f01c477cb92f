{{ config(materialized='table') }}
-- Files that count in this build, as they stood when it began.
select
  fichier_id,
  source,
  jeu,
  periode,
  exercice,
  mois,
  semestre,
  depot,
  chemin,
  sha256,
  lignes,
  coalesce(dialecte -> 'colonnes_absentes', '[]') as colonnes_absentes
from {{ source('journal', 'fichiers_courants') }}
