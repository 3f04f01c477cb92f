{{ config(materialized='table', access='private') }}
-- One row per line of a PES v2 Aller, in the shape of mandats and titres (P1, P3, P4).
with cellules as ({{ lire_jeu('compta', 'pes') }}),

epci as (
  select distinct siren from {{ ref('stg_referentiel__adherents') }} where type = 'epci'
),

-- a SIREN stands for a SIRET where one adherent bears it, whatever its dated rows (P4)
sieges as (
  select siren, min(siret) as siret
  from {{ ref('stg_referentiel__adherents') }}
  group by siren
  having min(siret) = max(siret)
),

bordereaux as (
  select
    fichier_id,
    rang_bordereau,
    (coalesce(sum(mtht), 0) = max(mtbordht)) is not true
    or (count(distinct rang_piece)::text = max(nbrpce)) is not true as incoherent
  from cellules
  group by fichier_id, rang_bordereau
),

lignes as (
  select
    c.fichier_id,
    c.ligne,
    c.rang_bordereau::int as rang_bordereau,
    c.rang_piece::int as rang_piece,
    c.rang_ligne::int as rang_ligne,
    c.rang_periode,
    case c.sens when 'recette' then 'titre' else 'mandat' end as sens,
    c.exer as exercice,
    c.codbud as budget,
    c.idbord as bordereau,
    c.idpce as piece,
    c.idligne as ligne_piece,
    c.dtebordem as date_emission,
    case when c.typbord = '02' then '02' when c.typpce in ('03', '04') then '03' else '01' end as type_piece,
    c.nature,
    -- a recette has no CptAna, a dépense no CodProdLoc
    case when c.sens = 'depense' then c.cptana end as axe_analytique,
    c.operation,
    c.codserv as service_gestionnaire,
    case when c.sens = 'recette' then c.codprodloc end as produit,
    coalesce(c.siret, s.siret) as siret,
    c.objet,
    c.exerrat as exercice_origine,
    -- MtHT is the TTC when MtTVA is absent: no HT is stated then
    case when c.typbord = '02' then -1 else 1 end * case when c.mttva is not null then c.mtht end as montant_ht,
    case when c.typbord = '02' then -1 else 1 end * c.mttva as tva,
    case when c.typbord = '02' then -1 else 1 end * (c.mtht + coalesce(c.mttva, 0)) as montant_ttc,
    c.mtht,
    c.mttva,
    -- a piece without lines, kept for NbrPce; a line without its number is a line
    c.rang_ligne is null and c.idligne is null as sans_ligne,
    c.defaut,
    c.typbord in ('01', '02') is true as type_repris,
    e.siren is null as autre_collectivite,
    e.siren is not null and c.typbord in ('01', '02') is true and b.incoherent as bordereau_incoherent
  from cellules as c
  inner join bordereaux as b on c.fichier_id = b.fichier_id and c.rang_bordereau = b.rang_bordereau
  left join epci as e on {{ siren_du_pes('c.idcoll') }} = e.siren
  left join sieges as s on c.siren = s.siren
),

regles as (
  select
    *,
    coalesce(
      case
        when autre_collectivite then 'IdColl|ce PES est celui d''une autre collectivité : son SIREN n''est celui d''aucun adhérent de type epci (P1)'
        when not type_repris then 'Type bordereau (TypBord)|seuls les bordereaux de type 01 et 02 sont repris (P1)'
      end,
      defaut,
      case
        when exercice is null then 'Exercice (Exer)|exercice absent (P1)'
        when budget is null then 'Budget (CodBud)|budget absent (P1)'
        when bordereau is null then 'Bordereau (IdBord)|bordereau absent (P1)'
        when piece is null then 'Pièce (IdPce)|pièce absente (P1)'
        when ligne_piece is null then 'Ligne (IdLigne)|ligne absente (P1)'
        when nature is null then 'Nature|nature absente (C11)'
        when date_emission is null then 'Date émission (DteBordEm)|date du bordereau absente (P4)'
        when mtht is null then 'Montant HT (MtHT)|montant absent (C2)'
        when mtht < 0 then 'Montant HT (MtHT)|montant négatif dans un PES, où le type de bordereau 02 fait le signe (P1)'
        when mttva < 0 then 'TVA (MtTVA)|montant négatif dans un PES, où le type de bordereau 02 fait le signe (P1)'
        when bordereau_incoherent
          then 'Montant du bordereau (MtBordHT)|bordereau incohérent : somme des lignes ou nombre de pièces faux (P3)'
      end,
      {{ faute_de_regle('compta', 'mandats') }}
    ) as issue
  from lignes
),

-- the cell at fault, as delivered: looked up for the rejected rows only
issues as (
  select *, nullif(split_part(issue, '|', 1), '') as rejet_colonne from regles
)

select
  i.fichier_id, i.ligne, i.rang_bordereau, i.rang_piece, i.rang_ligne, i.rang_periode,
  'pes' as origine,
  i.sens, i.exercice, i.budget, i.bordereau, i.piece, i.ligne_piece, i.date_emission, i.type_piece, i.nature,
  i.axe_analytique, i.operation, i.service_gestionnaire, i.produit, i.siret, i.objet, i.exercice_origine,
  null::text as periode_service,
  i.montant_ht,
  i.montant_ttc,
  'Pris en charge' as statut,
  i.autre_collectivite,
  i.bordereau_incoherent,
  null::int as exercice_fichier,
  i.exercice as rejet_exercice,
  i.rejet_colonne,
  substr(i.issue, strpos(i.issue, '|') + 1) as rejet_motif,
  {{ valeur_montrable('compta', 'pes', 'i.rejet_colonne', 'b') }} as rejet_valeur,
  case when i.issue is not null then 'rejete' end as rejet_statut
from issues as i
left join {{ source('compta', 'pes') }} as b
  on i.issue is not null and i.fichier_id = b.fichier_id and i.rang_ligne::text = b.rang_ligne
where not i.sans_ligne
