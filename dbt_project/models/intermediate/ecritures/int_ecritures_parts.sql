-- R3, R5, R6, S12: where each accepted ledger line goes, one row per line × destination; Σ parts = the line.
-- mesure: the column of the synthèse it feeds (cout_fonctionnement, subventions, recettes) or NULL.
with lignes as (
  select e.*, {{ arrondi('e.montant * e.part_communes / 100') }} as montant_part
  from {{ ref('int_ecritures') }} as e
),

orientees as (
  select
    l.*,
    case
      when not l.statut_compte then 'statut'
      when l.type_piece = '03' then 'type_03'
      when l.emploi = 'correction' then 'correction'
      when l.emploi is null then coalesce('role:' || l.role, 'role:sans_role')
      when l.axe_analytique is null and l.cle_dispositif is null then 'axe_vide'
      when l.cle_dispositif is null then 'axe_sans_cle'
      when l.cle_dispositif = 'HORS' then 'hors_mutualisation'
      when l.cle_dispositif = 'STRUCTURE' then 'structure'
      else 'cle'
    end as motif_ligne
  from lignes as l
),

partagees as (
  select *, motif_ligne = 'cle' and emploi in ('charge', 'subvention') as est_partagee
  from orientees
),

-- `reste`: what is not for the communes. No lateral join: the planner would memoize it on the amount, which never repeats.
parts as (
  select
    p.*,
    case
      when d.reste or p.motif_ligne = 'axe_vide' then 'HORS'
      when p.motif_ligne in ('statut', 'type_03', 'correction') or p.motif_ligne like 'role:%' then 'EXCLU'
      when p.motif_ligne = 'axe_sans_cle' then 'NON_REPARTI'
      when p.motif_ligne = 'structure' then case when p.emploi = 'charge' then 'STRUCTURE' else 'HORS' end
      else p.cle_dispositif
    end as destination,
    case when d.reste then 'part_non_communale' else p.motif_ligne end as motif,
    case
      when d.reste or p.motif_ligne <> 'cle' then null
      when p.emploi = 'charge' then 'cout_fonctionnement'
      when p.emploi = 'subvention' then 'subventions'
      when p.emploi = 'recette' then 'recettes'
    end as mesure,
    case when d.reste then 100 - p.part_communes when p.est_partagee then p.part_communes else 100 end as part,
    case when d.reste then p.montant - p.montant_part when p.est_partagee then p.montant_part else p.montant end as montant_reparti
  from partagees as p
  inner join (values (false), (true)) as d (reste) on not d.reste or (p.est_partagee and p.part_communes <> 100)
)

select
  fichier_id, ligne, rang_bordereau, rang_piece, ligne_piece, identite, date_emission, exercice, sens, nature, role,
  siret,
  montant as montant_source,
  destination, motif, mesure, part,
  montant_reparti as montant,
  case when role = 'rabais' and sens = 'titre' then -montant_reparti else montant_reparti end as montant_mesure
from parts
