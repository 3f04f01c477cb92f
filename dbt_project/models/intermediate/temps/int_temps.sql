-- Productive time that counts, with its contract segment and the key of its activity on that day (R1); no key: NULL.
select
  t.fichier_id, t.ligne, t.fichier, t.sha256, t.exercice, s.segment_id, t.code_activite, t.date, t.duree,
  k.dispositif as cle_dispositif,
  k.part_communes
from {{ ref('stg_rh__temps') }} as t
inner join {{ ref('int_segments') }} as s
  on t.exercice = s.exercice and t.matricule = s.matricule and t.date between s.date_entree and s.sortie
left join {{ ref('int_cles') }} as k
  on k.origine = 'activite' and t.code_activite = k.code and t.date between k.debut and k.fin
where t.type_jour = 'T'
