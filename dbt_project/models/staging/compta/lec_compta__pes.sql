{{ config(materialized='table', access='private') }}
-- One row per line of a PES v2 Aller, in the shape of mandats and titres (P1, P3, P4).
with cellules as ({{ lire_jeu('compta', 'pes') }}),

bordereaux as (
  select
    fichier_id,
    rang_bordereau,
    (coalesce(sum(mtht), 0) = max(mtbordht)) is not true
    or (count(distinct rang_piece)::text = max(ltrim(nbrpce, '0'))) is not true as incoherent
  from cellules
  group by fichier_id, rang_bordereau
),

lignes as (
  select
    c.fichier_id,
    c.ligne,
    c.rang_bordereau,
    c.rang_piece,
    c.fichier,
    c.sha256,
    c.periode,
    case c.sens when 'recette' then 'titre' else 'mandat' end as sens,
    c.exer as exercice,
    c.codbud as budget,
    c.idbord as bordereau,
    c.idpce as piece,
    c.idligne as ligne_piece,
    c.dtebordem as date_emission,
    case when c.typbord = '02' then '02' when c.typpce in ('03', '04') then '03' else '01' end as type_piece,
    c.nature,
    c.cptana as axe_analytique,
    c.siret,
    c.objet,
    c.exerrat as exercice_origine,
    -- MtHT is the TTC when MtTVA is absent: no HT is stated then
    case when c.typbord = '02' then -1 else 1 end * case when c.mttva is not null then c.mtht end as montant_ht,
    case when c.typbord = '02' then -1 else 1 end * c.mttva as tva,
    case when c.typbord = '02' then -1 else 1 end * (c.mtht + coalesce(c.mttva, 0)) as montant_ttc,
    c.typbord,
    c.mtht,
    c.mttva,
    c.idligne is null as sans_ligne,
    c.defaut,
    b.incoherent
  from cellules as c
  inner join bordereaux as b on c.fichier_id = b.fichier_id and c.rang_bordereau = b.rang_bordereau
),

regles as (
  select
    *,
    coalesce(
      case
        when incoherent then 'MtBordHT|bordereau incoherent : somme des lignes ou nombre de pièces faux (P3)'
      end,
      defaut,
      case
        when exercice is null then 'Exer|exercice absent'
        when budget is null then 'CodBud|budget absent'
        when bordereau is null then 'IdBord|bordereau absent'
        when piece is null then 'IdPce|pièce absente'
        when nature is null then 'Nature|nature absente'
        when date_emission is null then 'DteBordEm|date du bordereau absente'
        when mtht is null then 'MtHT|montant absent'
        when mtht < 0 or mttva < 0 then 'MtHT|montant négatif dans un PES'
        when typbord in ('03', '06') then 'TypBord|type de bordereau non repris (P1)'
      end,
      {{ regles_ecriture() }}
    ) as issue
  from lignes
)

select
  fichier_id,
  ligne,
  rang_bordereau,
  rang_piece,
  fichier,
  sha256,
  periode,
  'pes' as origine,
  sens,
  exercice,
  budget,
  bordereau,
  piece,
  ligne_piece,
  date_emission,
  type_piece,
  nature,
  axe_analytique,
  siret,
  objet,
  exercice_origine,
  null::text as periode_service,
  montant_ht,
  montant_ttc,
  'Pris en charge' as statut,
  incoherent as bordereau_incoherent,
  null::int as exercice_fichier,
  exercice as rejet_exercice,
  nullif(split_part(issue, '|', 1), '') as rejet_colonne,
  substr(issue, strpos(issue, '|') + 1) as rejet_motif,
  case when issue is not null then 'rejete' end as rejet_statut
from regles
where not sans_ligne
