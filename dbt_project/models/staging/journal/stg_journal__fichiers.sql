{{ config(materialized='table') }}
-- Files that count in this build, as they stood when it began.
select
  fichier_id, source, jeu, periode, partie, exercice,
  -- first and last of the months that a file of a jeu by month covers; what orders periods (F17)
  mois_debut,
  mois,
  coalesce(exercice || to_char(mois, 'FM"-"00'), periode) as rang_periode,
  semestre, depot, chemin, sha256, lignes,
  coalesce(dialecte -> 'colonnes_absentes', '[]') as colonnes_absentes
from {{ source('journal', 'fichiers_courants') }}
