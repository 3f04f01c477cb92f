-- Contracts of the purchasing body that meet the exercice, or that it bought on (R9c): what the annex says beside cam_achats.
select
  {{ version_courante() }} as version,
  m.exercice,
  m.numero_marche,
  m.thematique,
  m.objet,
  m.siret_titulaire,
  m.code_postal_titulaire,
  m.taille_entreprise,
  m.date_notification,
  m.date_fin
from {{ ref('int_marches_exercice') }} as m
inner join {{ ref('int_exercices') }} as e using (exercice)
where
  m.exercice in {{ exercices_demandes() }}
  and (
    (m.date_notification <= e.fin and (m.date_fin >= e.debut) is not false)
    or (m.exercice, m.numero_marche) in (select c.exercice, c.numero_marche from {{ ref('stg_cam__commandes') }} as c)
  )
