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

-- the cents of Σ_c round(ETP × CMS, 2): a row of its own, so that the lines sum to the figure
arrondis as (
  select
    c.exercice,
    c.dispositif,
    c.cout_personnel - coalesce(sum(e.cout), 0) as cout
  from {{ ref('int_couts') }} as c
  left join etp as e using (exercice, dispositif)
  group by c.exercice, c.dispositif, c.cout_personnel
),

masse_salariale as (
  select exercice_fichier as exercice, min(fichier) as fichier, min(sha256) as sha256
  from {{ ref('stg_rh__masse_salariale') }}
  group by exercice_fichier
),

lignes as (
  select exercice, dispositif, 'etp' as mesure, fichier, sha256, null::int as ligne, code_activite || '/' || trim_scale(part) as rang,
    etp_source as montant_source, part, etp as montant
  from etp
  union all
  select exercice, dispositif, 'cout_personnel', fichier, sha256, null, code_activite || '/' || trim_scale(part), etp_source, part, cout
  from etp
  union all
  select a.exercice, a.dispositif, 'cout_personnel', m.fichier, m.sha256, null, 'arrondi', a.cout, 100, a.cout
  from arrondis as a
  inner join masse_salariale as m using (exercice)
  where {{ arrondi('a.cout', 12) }} <> 0
  union all
  select exercice, destination, mesure, fichier, sha256, ligne,
    case when rang_bordereau > 0 then rang_bordereau || '/' || rang_piece || '/' || ligne_piece end,
    montant_source, part, montant_mesure
  from {{ ref('int_ecritures_parts') }}
  where mesure is not null and mesure <> 'recettes'
  union all
  select exercice, destination, 'amortissements', fichier, sha256, ligne, null, dotation, quote_part, dotation_part
  from {{ ref('int_amortissements') }}
  where dotation_part <> 0
  union all
  select exercice, destination, 'reprises', fichier, sha256, ligne, null, reprise, quote_part, reprise_part
  from {{ ref('int_amortissements') }}
  where reprise_part <> 0
  union all
  select exercice, dispositif, 'recettes', fichier, sha256, ligne,
    case when rang_bordereau > 0 then rang_bordereau || '/' || rang_piece || '/' || ligne_piece end,
    montant_source, case nature when 'correction' then -100 else 100 end, montant
  from {{ ref('int_recettes') }}
  union all
  select exercice, dispositif, 'recettes', fichier, sha256, ligne, 'frais/' || type, part, taux, frais
  from {{ ref('int_cee_operations') }}
  where mode_recouvrement = 'retenue' and not est_epci
)

select
  l.exercice,
  l.dispositif,
  l.mesure,
  l.fichier,
  l.sha256,
  l.ligne,
  l.rang,
  {{ arrondi('l.montant_source', 12) }} as montant_source,
  l.part,
  {{ arrondi('l.montant', 12) }} as montant
from lignes as l
where (l.exercice, l.dispositif) in (select c.exercice, c.dispositif from {{ ref('int_couts') }} as c)
