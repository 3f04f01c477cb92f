{{ config(materialized='table', access='private') }}
-- Ledger lines whose identity is written more than once, ranked (R3f), with what a PES twin says of a CSV line (P2). The others,
-- nearly all of them, are neither sorted nor joined.
with lignes as not materialized ({{ lignes_du_grand_livre() }}),

repetees as (
  select identite from lignes
  group by identite
  having count(*) > 1
),

rangs as (
  select
    fichier_id, ligne, rang_ligne, origine, identite, axe_analytique, operation, service_gestionnaire, produit, siret,
    objet, exercice_origine, montant_ht,
    rejet_statut is null as admise,
    row_number() over (
      partition by (rejet_statut is null), identite
      -- the CSV, then the newest periode; of two PES, the last base name in byte order
      order by origine, rang_periode collate "C" desc, fichier_id desc, ligne, rang_ligne
    ) as rang,
    min(montant_ttc) filter (where rejet_statut is null) over (partition by identite)
    <> max(montant_ttc) filter (where rejet_statut is null) over (partition by identite) as deux_montants
  from lignes
  where identite in (select r.identite from repetees as r)
),

jumelles as (
  select distinct on (identite)
    identite, axe_analytique, operation, service_gestionnaire, produit, siret, objet, exercice_origine, montant_ht
  from rangs
  where admise and origine = 'pes'
  order by identite, rang
)

select
  r.fichier_id, r.ligne, r.rang_ligne, r.rang, r.deux_montants, j.axe_analytique, j.operation, j.service_gestionnaire,
  j.produit, j.siret, j.objet, j.exercice_origine, j.montant_ht
from rangs as r
left join jumelles as j on r.identite = j.identite and r.origine = 'csv'
where r.admise
