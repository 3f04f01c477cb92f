-- R9 by month of the order line. An order counts in the month of its first Émise line: it counts once in the year, as in cam_achats.
with lignes as (
  select
    exercice,
    numero_marche,
    siret_adherent,
    extract(month from date_commande)::integer as mois,
    montant_ht,
    prix_reference_ht,
    prix_reference_ht - montant_ht as gain,
    statut = 'Émise' and row_number() over (
      partition by exercice, numero_marche, siret_adherent, numero_commande, statut order by date_commande
    ) = 1 as est_commande,
    sum(montant_ht) over (partition by exercice, numero_marche, siret_adherent, numero_commande) = 0 as est_annulee
  from {{ ref('stg_cam__commandes') }}
)

select
  {{ version_courante() }} as version,
  c.exercice,
  c.mois,
  c.numero_marche,
  c.siret_adherent as siret,
  m.thematique,
  m.siret_titulaire,
  -- no source gives it (K9)
  null::text as nom_titulaire,
  m.code_postal_titulaire,
  m.taille_entreprise as taille,
  (count(*) filter (where c.est_commande))::integer as commandes,
  sum(c.montant_ht)::numeric(15, 2) as achats_ht,
  sum(c.gain)::numeric(15, 2) as gain,
  sum(c.prix_reference_ht)::numeric(15, 2) as prix_reference_ht,
  (count(*) filter (where c.est_commande and c.est_annulee))::integer as commandes_annulees,
  make_date(c.exercice, c.mois, 1) as jour,
  c.exercice || '|' || c.siret_adherent as cle_adherent
from lignes as c
inner join {{ ref('int_marches_exercice') }} as m using (exercice, numero_marche)
where c.exercice in {{ exercices_demandes() }}
group by c.exercice, c.mois, c.numero_marche, c.siret_adherent, m.thematique, m.siret_titulaire, m.code_postal_titulaire, m.taille_entreprise
