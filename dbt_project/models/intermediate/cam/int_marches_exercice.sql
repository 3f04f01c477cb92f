-- R9c: the newest marches_AAAA ≤ E that names a contract describes it, else the oldest.
select distinct on (e.exercice, m.numero_marche)
  e.exercice, m.numero_marche, m.thematique, m.objet, m.siret_titulaire, m.code_postal_titulaire, m.taille_entreprise,
  m.date_notification, m.date_fin
from {{ ref('int_exercices') }} as e
cross join {{ ref('stg_cam__marches') }} as m
order by
  e.exercice,
  m.numero_marche,
  (m.exercice_fichier <= e.exercice) desc,
  case when m.exercice_fichier <= e.exercice then -m.exercice_fichier else m.exercice_fichier end
