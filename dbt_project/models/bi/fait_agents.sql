-- R1, K8: how many agents gave time to a dispositif; under seuil_effectif of them, none is said.
select
  {{ version_courante() }} as version,
  p.exercice,
  p.destination as dispositif,
  case when count(distinct p.matricule) >= e.seuil_effectif then count(distinct p.matricule)::integer end as agents_du_service,
  p.exercice || '|' || p.destination as cle_dispositif
from {{ ref('int_etp_parts') }} as p
inner join {{ ref('int_exercices') }} as e using (exercice)
where
  p.etp > 0
  and (p.exercice, p.destination) in (select c.exercice, c.dispositif from {{ ref('int_couts') }} as c)
  and p.exercice in {{ exercices_demandes() }}
group by p.exercice, p.destination, e.seuil_effectif
