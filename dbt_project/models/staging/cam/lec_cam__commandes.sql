{{ config(materialized='table', access='private') }}
-- One row per order line (R9).
with cellules as ({{ lire_jeu('cam', 'commandes') }}),

regles as (
  select
    c.*,
    coalesce(c.defaut, case
      {{ motif_adherent() }}
      when (c.numero_marche in (select m.numero_marche from {{ ref('stg_cam__marches') }} as m)) is not true
        then 'N° marché|marché absent des fichiers marches (G11)'
    end) as defaut_regle
  from cellules as c
),

-- R9a: identity (order, lot, status)
identites as (
  select
    *,
    row_number() over (
      partition by
        (defaut_regle is null), numero_commande, lot, statut, date_commande, numero_marche, siret_adherent,
        montant_ht, montant_ttc, prix_reference_ht
      order by fichier_id desc, ligne
    ) as rang
  from regles
),

contradictions as (
  select
    *,
    count(*) filter (where defaut_regle is null and rang = 1) over (partition by numero_commande, lot, statut) as nombre
  from identites
),

issues as (
  select
    *,
    case
      when defaut_regle is not null then defaut_regle
      when rang > 1 then '|ligne répétée à l''identique (R9a)'
      when nombre > 1 then 'Montant HT|deux lignes différentes pour une même commande, lot et statut (R9a)'
    end as issue
  from contradictions
),

-- R9b, R9c: a cancellation repeats its order, the lot it names or the whole, and is not larger than it
emises as (
  select
    numero_commande,
    lot,
    sum(montant_ht) as montant_ht,
    sum(sum(montant_ht)) over (partition by numero_commande) as montant_commande
  from issues
  where issue is null and statut = 'Émise'
  group by numero_commande, lot
),

commandes as (
  select numero_commande, lot, montant_ht from emises where lot is not null
  union all
  select distinct numero_commande, null::text, montant_commande from emises
),

annulations as (
  select
    i.*,
    case
      when i.issue is null and i.statut = 'Annulée' and e.numero_commande is null
        then 'N° commande|annulation sans sa commande (R9b)'
      when i.issue is null and i.statut = 'Annulée' and -i.montant_ht > e.montant_ht
        then 'Montant HT|annulation supérieure à sa commande (R9b)'
      else i.issue
    end as issue_finale
  from issues as i
  left join commandes as e
    on i.numero_commande = e.numero_commande and i.lot is not distinct from e.lot
)

select
  fichier_id, ligne, fichier, sha256, exercice_fichier,
  exercice_fichier as rejet_exercice,
  extract(year from date_commande)::int as exercice,
  {{ semestre_du('date_commande') }} as semestre,
  numero_commande, date_commande, numero_marche, lot, siret_adherent, montant_ht, prix_reference_ht, statut,
  nullif(split_part(issue_finale, '|', 1), '') as rejet_colonne,
  substr(issue_finale, strpos(issue_finale, '|') + 1) as rejet_motif,
  case
    when issue_finale is null then null
    when defaut_regle is null and rang > 1 then 'doublon'
    else 'rejete'
  end as rejet_statut,
  issue_finale is null as comptee
from annulations
