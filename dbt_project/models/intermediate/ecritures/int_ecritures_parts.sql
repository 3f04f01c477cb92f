-- R3, R5, R6, S12: where each accepted ledger line goes, one row per line × destination; Σ parts = the line.
-- mesure: the column of the synthèse it feeds (cout_fonctionnement, subventions, recettes) or NULL.
with lignes as (
  select
    e.*,
    {{ arrondi('e.montant * e.part_communes / 100') }} as montant_part
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
)

select
  o.fichier_id,
  o.ligne,
  o.rang_bordereau,
  o.rang_piece,
  o.ligne_piece,
  o.fichier,
  o.sha256,
  o.identite,
  o.date_emission,
  o.exercice,
  o.sens,
  o.nature,
  o.role,
  o.siret,
  o.montant as montant_source,
  d.destination,
  d.motif,
  d.mesure,
  d.part,
  d.montant,
  case when o.role = 'rabais' and o.sens = 'titre' then -d.montant else d.montant end as montant_mesure
from orientees as o
cross join lateral (
  select
    case
      when o.motif_ligne in ('statut', 'type_03', 'correction') or o.motif_ligne like 'role:%' then 'EXCLU'
      when o.motif_ligne = 'axe_sans_cle' then 'NON_REPARTI'
      when o.motif_ligne in ('axe_vide', 'hors_mutualisation') then 'HORS'
      when o.motif_ligne = 'structure' then case when o.emploi = 'charge' then 'STRUCTURE' else 'HORS' end
      else o.cle_dispositif
    end as destination,
    o.motif_ligne as motif,
    case
      when o.motif_ligne = 'cle' and o.emploi = 'charge' then 'cout_fonctionnement'
      when o.motif_ligne = 'cle' and o.emploi = 'subvention' then 'subventions'
      when o.motif_ligne = 'cle' and o.emploi = 'recette' then 'recettes'
    end as mesure,
    case when o.motif_ligne = 'cle' and o.emploi in ('charge', 'subvention') then o.part_communes else 100 end as part,
    case when o.motif_ligne = 'cle' and o.emploi in ('charge', 'subvention') then o.montant_part else o.montant end as montant
  union all
  select
    'HORS',
    'part_non_communale',
    null,
    100 - o.part_communes,
    o.montant - o.montant_part
  where o.motif_ligne = 'cle' and o.emploi in ('charge', 'subvention') and o.part_communes <> 100
) as d
