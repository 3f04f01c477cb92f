select
  c.exercice,
  c.numero_marche,
  m.thematique,
  c.siret_adherent,
  count(distinct c.numero_commande) filter (where c.statut = 'Émise') as commandes,
  sum(c.montant_ht) as achats_ht,
  sum(c.prix_reference_ht) as prix_reference_ht,
  sum(c.prix_reference_ht - c.montant_ht) as gain
from {{ ref('stg_cam__commandes') }} as c
inner join {{ ref('int_marches_exercice') }} as m using (exercice, numero_marche)
group by c.exercice, c.numero_marche, m.thematique, c.siret_adherent
