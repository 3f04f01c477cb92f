-- Orders of each contract and adherent (R9). Reference, compared purchases and gain: NULL where no line states one (R10f).
select
  {{ version_courante() }} as version,
  c.exercice,
  c.numero_marche,
  m.thematique,
  c.siret_adherent,
  (count(distinct c.numero_commande) filter (where c.statut = 'Émise'))::int as commandes,
  sum(c.montant_ht)::numeric(15, 2) as achats_ht,
  (sum(c.montant_ht) filter (where c.prix_reference_ht is not null))::numeric(15, 2) as achats_compares_ht,
  sum(c.prix_reference_ht)::numeric(15, 2) as prix_reference_ht,
  sum(c.prix_reference_ht - c.montant_ht)::numeric(15, 2) as gain
from {{ ref('stg_cam__commandes') }} as c
inner join {{ ref('int_marches_exercice') }} as m using (exercice, numero_marche)
where c.exercice in {{ exercices_demandes() }}
group by c.exercice, c.numero_marche, m.thematique, c.siret_adherent
