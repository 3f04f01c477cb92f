-- R9c: contracts of the purchasing body that meet the exercice, or that a line of it bought on: no join by number loses an order.
select
  m.exercice, m.numero_marche, m.objet, m.thematique, m.siret_titulaire, m.taille_entreprise as taille, m.date_notification, m.date_fin
from {{ source('versions', 'marches_en_vigueur') }} as m
inner join {{ ref('dim_exercice') }} as e on m.exercice = e.exercice and m.version = e.version
