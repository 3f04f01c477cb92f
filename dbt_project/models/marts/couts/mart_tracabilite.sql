with couts as (
  select exercice, categorie, cout_moyen + coalesce(cout_structure, 0) as cout from {{ ref('int_couts_moyens') }}
),

etp as (
  select
    p.exercice,
    p.destination as dispositif,
    p.fichier,
    min(p.sha256) as sha256,
    p.code_activite,
    p.part,
    sum(p.etp_source) as etp_source,
    sum(p.etp) as etp,
    {{ arrondi('sum(p.etp * coalesce(c.cout, 0))', 12) }} as cout
  from {{ ref('int_etp_parts') }} as p
  left join couts as c using (exercice, categorie)
  where p.fichier is not null
  group by p.exercice, p.destination, p.fichier, p.code_activite, p.part
),

-- the cents of Σ_c round(ETP × CMS, 2): a row of its own, so that the lines sum to the figure; on the first of its files,
-- for the payroll is traced nowhere (K8)
arrondis as (
  select
    c.exercice,
    c.dispositif,
    min(e.fichier) as fichier,
    (array_agg(e.sha256 order by e.fichier))[1] as sha256,
    c.cout_personnel - sum(e.cout) as cout
  from {{ ref('int_couts') }} as c
  inner join etp as e using (exercice, dispositif)
  group by c.exercice, c.dispositif, c.cout_personnel
),

ecritures as (
  select exercice, destination as dispositif, mesure, fichier, sha256, ligne, rang_bordereau, rang_piece, ligne_piece,
    identite, date_emission, nature, montant_source, part, montant_mesure as montant
  from {{ ref('int_ecritures_parts') }}
  where mesure is not null and mesure <> 'recettes'
  union all
  select exercice, dispositif, 'recettes', fichier, sha256, ligne, rang_bordereau, rang_piece, ligne_piece,
    identite, date_emission, compte, montant_source, case nature when 'correction' then -100 else 100 end, montant
  from {{ ref('int_recettes') }}
),

lignes as (
  select exercice, dispositif, 'etp' as mesure, fichier, sha256, null::int as ligne, code_activite || '/' || trim_scale(part) as rang,
    null as piece, null::date as date_piece, null as nature, etp_source as montant_source, part, etp as montant
  from etp
  union all
  select exercice, dispositif, 'cout_personnel', fichier, sha256, null, code_activite || '/' || trim_scale(part),
    null, null, null, etp_source, part, cout
  from etp
  union all
  select exercice, dispositif, 'cout_personnel', fichier, sha256, null, 'arrondi', null, null, null, cout, 100, cout
  from arrondis
  where {{ arrondi('cout', 12) }} <> 0
  union all
  select exercice, dispositif, mesure, fichier, sha256, ligne,
    case when rang_bordereau > 0 then rang_bordereau || '/' || rang_piece || '/' || ligne_piece end,
    identite, date_emission, nature, montant_source, part, montant
  from ecritures
  union all
  select exercice, destination, 'amortissements', fichier, sha256, ligne, null, numero_inventaire, null, compte,
    dotation, quote_part, dotation_part
  from {{ ref('int_amortissements') }}
  where dotation_part <> 0
  union all
  select exercice, destination, 'reprises', fichier, sha256, ligne, null, numero_inventaire, null, compte,
    reprise, quote_part, reprise_part
  from {{ ref('int_amortissements') }}
  where reprise_part <> 0
  union all
  select exercice, dispositif, 'recettes', fichier, sha256, ligne, 'frais/' || type, reference, null, null, part, taux, frais
  from {{ ref('int_cee_operations') }}
  where mode_recouvrement = 'retenue' and not est_epci
)

select
  l.exercice,
  l.dispositif,
  l.mesure,
  case l.mesure
    when 'etp' then 'R1'
    when 'cout_personnel' then 'R2'
    when 'cout_fonctionnement' then 'R3'
    when 'amortissements' then 'R4'
    when 'recettes' then 'R6'
    else 'R5'
  end as regle,
  l.fichier,
  l.sha256,
  l.ligne,
  l.rang,
  l.piece,
  l.date_piece,
  l.nature,
  {{ arrondi('l.montant_source', 12) }} as montant_source,
  l.part,
  {{ arrondi('l.montant', 12) }} as montant
from lignes as l
where (l.exercice, l.dispositif) in (select c.exercice, c.dispositif from {{ ref('int_couts') }} as c)
