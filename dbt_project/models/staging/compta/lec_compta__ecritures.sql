-- the index: controls and rejects read a few of these lines, eight times
{{ config(
  materialized='table', access='private',
  post_hook="create index on {{ this }} (origine) where origine = 'pes' or rejet_statut is not null"
) }}
-- Ledger lines of mandats, titres and PES, one fact per identity (R3f, P2): repeats are « doublon », two
-- amounts for one identity are all rejected (control identite_ambigue).
with lignes as ({{ lignes_du_grand_livre() }})

select
  l.fichier_id, l.ligne, l.rang_bordereau, l.rang_piece, l.rang_ligne, l.origine,
  replace(l.identite, chr(31), '/') as identite,
  l.sens, l.exercice, l.budget, l.bordereau, l.piece, l.ligne_piece, l.date_emission, l.type_piece, l.nature,
  coalesce(l.axe_analytique, r.axe_analytique) as axe_analytique,
  coalesce(l.operation, r.operation) as operation,
  coalesce(l.service_gestionnaire, r.service_gestionnaire) as service_gestionnaire,
  coalesce(l.produit, r.produit) as produit,
  coalesce(l.siret, r.siret) as siret,
  coalesce(l.objet, r.objet) as objet,
  coalesce(l.exercice_origine, r.exercice_origine) as exercice_origine,
  l.periode_service,
  coalesce(l.montant_ht, r.montant_ht) as montant_ht,
  l.montant_ttc, l.statut, l.autre_collectivite, l.bordereau_incoherent,
  r.deux_montants is true as identite_ambigue,
  l.exercice_fichier,
  l.rejet_exercice,
  case
    when r.deux_montants then 'Montant TTC'
    else l.rejet_colonne
  end as rejet_colonne,
  l.rejet_valeur,
  case
    when l.rejet_statut is not null then l.rejet_motif
    when r.deux_montants then 'deux montants pour une même identité de ligne (R3f)'
    when r.rang > 1 then 'ligne déjà présente, même identité et même montant (R3f)'
  end as rejet_motif,
  case
    when l.rejet_statut is not null then l.rejet_statut
    when r.deux_montants then 'rejete'
    when r.rang > 1 then 'doublon'
  end as rejet_statut,
  l.rejet_statut is null and r.deux_montants is not true and coalesce(r.rang, 1) = 1 as comptee
from lignes as l
left join {{ ref('lec_compta__identites') }} as r
  on l.fichier_id = r.fichier_id and l.ligne = r.ligne and l.rang_ligne = r.rang_ligne
