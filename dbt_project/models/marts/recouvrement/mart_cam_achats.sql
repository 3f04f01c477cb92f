-- Orders of each contract and adherent (R9). Reference, compared purchases and gain: NULL where no line states one (R10f).
select
  c.exercice,
  c.numero_marche,
  m.thematique,
  c.siret_adherent,
  count(distinct c.numero_commande) filter (where c.statut = 'Émise') as commandes,
  sum(c.montant_ht) as achats_ht,
  sum(c.montant_ht) filter (where c.prix_reference_ht is not null) as achats_compares_ht,
  sum(c.prix_reference_ht) as prix_reference_ht,
  sum(c.prix_reference_ht - c.montant_ht) as gain
from {{ ref('stg_cam__commandes') }} as c
inner join {{ ref('int_marches_exercice') }} as m using (exercice, numero_marche)
group by c.exercice, c.numero_marche, m.thematique, c.siret_adherent
