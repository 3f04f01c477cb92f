select
  {{ version_courante() }} as version,
  c.exercice,
  c.numero_marche,
  m.thematique,
  c.siret_adherent,
  count(distinct c.numero_commande) filter (where c.statut = 'Émise')::int as commandes,
  sum(c.montant_ht)::numeric(15, 2) as achats_ht,
  sum(c.prix_reference_ht)::numeric(15, 2) as prix_reference_ht,
  sum(c.prix_reference_ht - c.montant_ht)::numeric(15, 2) as gain
from {{ ref('stg_cam__commandes') }} as c
inner join {{ ref('int_marches_exercice') }} as m using (exercice, numero_marche)
where c.rejet_statut is null and c.exercice in {{ exercices_demandes() }}
group by c.exercice, c.numero_marche, m.thematique, c.siret_adherent
