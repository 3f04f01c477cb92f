-- A simulation counts, in its own session only, files that were landed and not accepted: the setting
-- mutualisation.simulation lists their numbers. Everywhere else they are `en_attente` and count nowhere.
create or replace view journal.fichiers_courants as
select distinct on (source, jeu, periode)
  fichier_id, source, jeu, periode, version, exercice, mois, semestre, depot, nom, chemin, sha256, lignes, dialecte
from journal.fichiers
where statut = 'accepte'
   or (statut = 'en_attente' and fichier_id::text
       = any (string_to_array(coalesce(current_setting('mutualisation.simulation', true), ''), ',')))
order by source, jeu, periode, (statut = 'en_attente') desc, version desc, fichier_id desc;
