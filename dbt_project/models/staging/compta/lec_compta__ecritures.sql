{{ config(materialized='table', access='private') }}
-- Ledger lines of mandats, titres and PES, one fact per identity (R3f, P2): repeats are « doublon », two
-- amounts for one identity are all rejected (control identite_ambigue).
with lignes as (
  {% for jeu in ['mandats', 'titres', 'pes'] %}
  select fichier_id, ligne, rang_bordereau, rang_piece, rang_ligne, fichier, sha256, periode, origine, sens, exercice, budget,
    bordereau, piece, ligne_piece, date_emission, type_piece, nature, axe_analytique, operation, service_gestionnaire, produit,
    siret, objet, exercice_origine, periode_service, montant_ht, montant_ttc, statut, autre_collectivite, bordereau_incoherent,
    exercice_fichier, rejet_exercice, rejet_colonne, rejet_valeur, rejet_motif, rejet_statut
  from {{ ref('lec_compta__' ~ jeu) }}
  {{ 'union all' if not loop.last }}
  {% endfor %}
),

identites as (
  select
    *,
    rejet_statut is null as admise,
    -- a separator that no number holds: « A/1 », « 2 » is not « A », « 1/2 »
    concat_ws(
      chr(31), exercice, budget, sens, case when type_piece = '02' then '02' else '01' end, bordereau, piece, ligne_piece
    ) as identite
  from lignes
),

rangs as (
  select
    *,
    row_number() over (
      partition by admise, identite
      -- the CSV, then the newest periode; of two PES, the last base name in byte order
      order by origine, periode collate "C" desc, fichier_id desc, ligne, rang_ligne
    ) as rang,
    min(montant_ttc) filter (where admise) over (partition by identite) as montant_min,
    max(montant_ttc) filter (where admise) over (partition by identite) as montant_max
  from identites
),

-- what the CSV leaves empty, its PES twin fills (P2)
jumelles as (
  select distinct on (identite)
    identite, axe_analytique, operation, service_gestionnaire, produit, siret, objet, exercice_origine, montant_ht
  from rangs
  where admise and origine = 'pes'
  order by identite, rang
)

select
  r.fichier_id,
  r.ligne,
  r.rang_bordereau,
  r.rang_piece,
  r.rang_ligne,
  r.fichier,
  r.sha256,
  r.origine,
  replace(r.identite, chr(31), '/') as identite,
  r.sens,
  r.exercice,
  r.budget,
  r.bordereau,
  r.piece,
  r.ligne_piece,
  r.date_emission,
  r.type_piece,
  r.nature,
  coalesce(r.axe_analytique, j.axe_analytique) as axe_analytique,
  coalesce(r.operation, j.operation) as operation,
  coalesce(r.service_gestionnaire, j.service_gestionnaire) as service_gestionnaire,
  coalesce(r.produit, j.produit) as produit,
  coalesce(r.siret, j.siret) as siret,
  coalesce(r.objet, j.objet) as objet,
  coalesce(r.exercice_origine, j.exercice_origine) as exercice_origine,
  r.periode_service,
  coalesce(r.montant_ht, j.montant_ht) as montant_ht,
  r.montant_ttc,
  r.statut,
  r.autre_collectivite,
  r.bordereau_incoherent,
  r.admise and r.montant_min <> r.montant_max as identite_ambigue,
  r.exercice_fichier,
  r.rejet_exercice,
  case
    when r.admise and r.montant_min <> r.montant_max then 'Montant TTC'
    else r.rejet_colonne
  end as rejet_colonne,
  r.rejet_valeur,
  case
    when not r.admise then r.rejet_motif
    when r.montant_min <> r.montant_max then 'deux montants pour une même identité de ligne (R3f)'
    when r.rang > 1 then 'ligne déjà présente, même identité et même montant (R3f)'
  end as rejet_motif,
  case
    when not r.admise then r.rejet_statut
    when r.montant_min <> r.montant_max then 'rejete'
    when r.rang > 1 then 'doublon'
  end as rejet_statut,
  r.admise and r.montant_min = r.montant_max and r.rang = 1 as comptee
from rangs as r
left join jumelles as j on r.admise and r.identite = j.identite and r.origine = 'csv'
