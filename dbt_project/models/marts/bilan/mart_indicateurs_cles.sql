-- R10, R10b to R10d, R10f: a row per indicator, NULL when its source has no file of the exercice.
with exercices as (
  select * from {{ ref('int_exercices') }} where demande
),

dispositifs_au_31_12 as (
  select e.exercice, d.code as dispositif
  from exercices as e
  inner join {{ ref('stg_referentiel__dispositifs') }} as d on {{ en_vigueur('d', 'e.fin') }}
  group by e.exercice, d.code
),

communes as (
  select
    e.exercice,
    a.siret,
    count(distinct ad.dispositif) filter (where d.dispositif is not null) as dispositifs
  from exercices as e
  inner join {{ ref('stg_referentiel__adherents') }} as a
    on a.type = 'commune' and {{ en_vigueur('a', 'e.fin') }}
  left join {{ ref('stg_referentiel__adhesions_effectives') }} as ad
    on a.siret = ad.siret_adherent and e.fin between ad.debut and ad.fin
  left join dispositifs_au_31_12 as d on e.exercice = d.exercice and ad.dispositif = d.dispositif
  group by e.exercice, a.siret
),

adhesions as (
  select
    exercice,
    count(*) as communes,
    count(*) filter (where dispositifs >= 1) as min1,
    count(*) filter (where dispositifs between 5 and 9) as de_5_a_9,
    count(*) filter (where dispositifs >= 10) as min10,
    sum(dispositifs) as dispositifs
  from communes
  group by exercice
),

totaux as (
  select c.exercice, sum(c.etp) as etp, sum(c.cout_net) as cout_net, coalesce(sum(r.recettes), 0) as recettes
  from {{ ref('int_couts') }} as c
  left join {{ ref('int_recettes_dispositif') }} as r using (exercice, dispositif)
  group by c.exercice
),

agents as (
  select p.exercice, count(distinct p.matricule) as agents
  from {{ ref('int_etp_parts') }} as p
  inner join {{ ref('int_couts') }} as c on p.exercice = c.exercice and p.destination = c.dispositif
  where p.etp > 0
  group by p.exercice
),

adherents_cam as (
  select
    e.exercice,
    case
      when bool_or(d.code is not null) then count(distinct ad.siret_adherent)
    end as adherents
  from exercices as e
  left join {{ ref('stg_referentiel__dispositifs') }} as d on e.dispositif_cam = d.code
  left join {{ ref('stg_referentiel__adhesions_effectives') }} as ad
    on e.dispositif_cam = ad.dispositif and e.fin between ad.debut and ad.fin
  group by e.exercice
),

fichiers as (
  select
    e.exercice,
    exists(
      select 1 from {{ ref('stg_journal__fichiers') }} as f
      where f.jeu = 'commandes' and f.exercice = e.exercice
    ) as commandes,
    exists(
      select 1 from {{ ref('stg_journal__fichiers') }} as f
      where f.jeu = 'ventes' and f.exercice = e.exercice
    ) as ventes
  from exercices as e
),

commandes as (
  select
    exercice,
    count(distinct siret_adherent) as acheteurs,
    count(distinct numero_marche) as marches,
    sum(montant_ht) as achats,
    sum(montant_ht) filter (where prix_reference_ht is not null) as achats_compares,
    sum(prix_reference_ht - montant_ht) as gain,
    sum(prix_reference_ht) as prix_reference
  from {{ ref('stg_cam__commandes') }}
  group by exercice
),

titulaires as (
  select distinct on (m.exercice, m.siret_titulaire)
    m.exercice,
    m.siret_titulaire,
    left(m.code_postal_titulaire, 2) in {{ regle('departement_region') }} as hdf,
    m.taille_entreprise in ('TPE', 'PME') as tpe_pme
  from {{ ref('int_marches_exercice') }} as m
  where (m.exercice, m.numero_marche) in (
    select c.exercice, c.numero_marche from {{ ref('stg_cam__commandes') }} as c
  )
  order by m.exercice, m.siret_titulaire, m.numero_marche collate "C" desc
),

fournisseurs as (
  select
    exercice,
    count(*) as nombre,
    count(*) filter (where hdf) as hdf,
    count(*) filter (where tpe_pme) as tpe_pme
  from titulaires
  group by exercice
),

depots as (
  select distinct exercice, depot from {{ ref('int_cee_ventes') }}
),

cee_operations as (
  select d.exercice, count(*) as operations
  from depots as d
  inner join {{ ref('stg_cee__operations') }} as o on d.depot = o.depot_fichier
  where o.statut = 'délivrée'
  group by d.exercice
),

cee_parts as (
  select exercice, sum(case when est_epci then 0 else part - frais end) as reverse
  from {{ ref('int_cee_operations') }}
  group by exercice
),

cee_produits as (
  select exercice, sum(produit) as produit
  from {{ ref('int_cee_ventes') }}
  group by exercice
),

valeurs as (
  select e.exercice, v.indicateur, v.valeur, v.unite
  from exercices as e
  left join adhesions as a using (exercice)
  left join totaux as t using (exercice)
  left join agents as g using (exercice)
  left join adherents_cam as ac using (exercice)
  left join fichiers as f using (exercice)
  left join commandes as c using (exercice)
  left join fournisseurs as fo using (exercice)
  left join cee_operations as co using (exercice)
  left join cee_parts as cp using (exercice)
  left join cee_produits as cv using (exercice)
  cross join lateral (
    values
    ('communes', coalesce(a.communes, 0)::numeric, 'communes'),
    ('communes_moyenne', {{ quotient('a.dispositifs', 'a.communes') }}, 'dispositifs'),
    ('communes_min1_pct', {{ quotient('100 * a.min1', 'a.communes') }}, '%'),
    ('communes_5_9_pct', {{ quotient('100 * a.de_5_a_9', 'a.communes') }}, '%'),
    ('communes_10_plus_pct', {{ quotient('100 * a.min10', 'a.communes') }}, '%'),
    ('dispositifs', (select count(*) from dispositifs_au_31_12 as d where d.exercice = e.exercice)::numeric, 'dispositifs'),
    ('agents_investis', coalesce(g.agents, 0)::numeric, 'agents'),
    ('etp_total', coalesce(t.etp, 0), 'ETP'),
    ('cout_net_total', coalesce(t.cout_net, 0), '€'),
    ('recettes_total', coalesce(t.recettes, 0), '€'),
    ('cam_adherents', ac.adherents::numeric, 'adhérents'),
    ('cam_acheteurs', case when f.commandes then coalesce(c.acheteurs, 0)::numeric end, 'adhérents'),
    ('cam_marches', case when f.commandes then coalesce(c.marches, 0)::numeric end, 'marchés'),
    ('cam_achats_ht', case when f.commandes then coalesce(c.achats, 0) end, '€'),
    ('cam_achats_compares_ht', case when f.commandes then coalesce(c.achats_compares, 0) end, '€'),
    ('cam_reference_ht', case when f.commandes then coalesce(c.prix_reference, 0) end, '€'),
    ('cam_gain_ht', case when f.commandes then coalesce(c.gain, 0) end, '€'),
    ('cam_gain_pct', case when f.commandes then {{ quotient('100 * c.gain', 'c.prix_reference') }} end, '%'),
    ('cam_fournisseurs_hdf_pct', case when f.commandes then {{ quotient('100 * fo.hdf', 'fo.nombre') }} end, '%'),
    ('cam_tpe_pme_pct', case when f.commandes then {{ quotient('100 * fo.tpe_pme', 'fo.nombre') }} end, '%'),
    ('cee_operations', case when f.ventes then coalesce(co.operations, 0)::numeric end, 'opérations'),
    ('cee_produit', case when f.ventes then coalesce(cv.produit, 0) end, '€'),
    ('cee_reverse', case when f.ventes then coalesce(cp.reverse, 0) end, '€')
  ) as v (indicateur, valeur, unite)
)

select exercice, indicateur, {{ arrondi('valeur', 6) }} as valeur, unite
from valeurs
