with couts as (
  select exercice, categorie, cout_moyen + coalesce(cout_structure, 0) as cout from {{ ref('int_couts_moyens') }}
),

temps as (
  select
    p.exercice,
    p.destination as dispositif,
    p.fichier,
    p.sha256,
    p.code_activite,
    p.part,
    p.matricule,
    p.etp_source,
    p.etp,
    p.etp * coalesce(c.cout, 0) as cout,
    e.seuil_effectif,
    f.mois,
    f.mois - f.mois_debut as longueur
  from {{ ref('int_etp_parts') }} as p
  inner join {{ ref('int_exercices') }} as e using (exercice)
  left join couts as c using (exercice, categorie)
  inner join {{ ref('stg_journal__fichiers') }} as f on p.fichier = f.chemin
),

-- K8: the hours of a month that fewer agents than `seuil_effectif` share stand with the other small activities of the
-- month, those of a small month with the other small months, under the first of their files; a file of a quarter or a year
-- (F17) stands for a month
par_activite as (
  select exercice, dispositif, fichier, code_activite, part
  from temps
  where mois is not null
  group by exercice, dispositif, fichier, code_activite, part
  having count(distinct matricule) < min(seuil_effectif)
),

par_mois as (
  select t.exercice, t.dispositif, t.fichier, t.mois, t.part, count(distinct t.matricule) < min(t.seuil_effectif) as petit
  from temps as t
  where (t.exercice, t.dispositif, t.fichier, t.code_activite, t.part) in (
    select a.exercice, a.dispositif, a.fichier, a.code_activite, a.part from par_activite as a
  )
  group by t.exercice, t.dispositif, t.fichier, t.mois, t.part
),

premiers as (
  select exercice, dispositif, part, (array_agg(fichier order by mois))[1] as fichier
  from par_mois
  where petit
  group by exercice, dispositif, part
),

groupes as (
  select
    t.exercice,
    t.dispositif,
    case when m.petit then r.fichier else t.fichier end as fichier,
    case
      when m.petit then 'petits effectifs de l''année'
      when a.fichier is not null
        then 'petits effectifs ' || case t.longueur when 0 then 'du mois' when 2 then 'du trimestre' else 'de l''année' end
      else t.code_activite
    end as activite,
    t.part,
    t.etp_source,
    t.etp,
    t.cout
  from temps as t
  left join par_activite as a using (exercice, dispositif, fichier, code_activite, part)
  left join par_mois as m on a.fichier is not null and (t.exercice, t.dispositif, t.fichier, t.part) = (m.exercice, m.dispositif, m.fichier, m.part)
  left join premiers as r on (t.exercice, t.dispositif, t.part) = (r.exercice, r.dispositif, r.part)
),

etp as (
  select
    g.exercice,
    g.dispositif,
    g.fichier,
    f.sha256,
    g.activite as code_activite,
    g.part,
    sum(g.etp_source) as etp_source,
    sum(g.etp) as etp,
    {{ arrondi('sum(g.cout)', 12) }} as cout
  from groupes as g
  inner join {{ ref('stg_journal__fichiers') }} as f on g.fichier = f.chemin
  group by g.exercice, g.dispositif, g.fichier, f.sha256, g.activite, g.part
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
  select exercice, destination as dispositif, mesure, fichier_id, ligne, rang_bordereau, rang_piece, ligne_piece,
    identite, date_emission, nature, montant_source, part, montant_mesure as montant
  from {{ ref('int_ecritures_parts') }}
  where mesure <> 'recettes'
  union all
  select exercice, dispositif, 'recettes', fichier_id, ligne, rang_bordereau, rang_piece, ligne_piece,
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
  where cout <> 0
  union all
  select e.exercice, e.dispositif, e.mesure, f.chemin, f.sha256, e.ligne,
    case when e.rang_bordereau > 0 then e.rang_bordereau || '/' || e.rang_piece || '/' || e.ligne_piece end,
    e.identite, e.date_emission, e.nature, e.montant_source, e.part, e.montant
  from ecritures as e
  inner join {{ ref('stg_journal__fichiers') }} as f on e.fichier_id = f.fichier_id
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
  where {{ mode_qui('mode_recouvrement', 'recette') }} and not est_epci
)

select
  {{ version_courante() }} as version,
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
  {{ arrondi('l.montant_source', 12) }}::numeric(24, 12) as montant_source,
  l.part::numeric(24, 12) as part,
  {{ arrondi('l.montant', 12) }}::numeric(24, 12) as montant
from lignes as l
where
  (l.exercice, l.dispositif) in (
    select c.exercice, c.dispositif from {{ ref('int_couts') }} as c where c.exercice in {{ exercices_demandes() }}
  )
-- in the order of the key, which seal and extract read it in: sorted again, a million rows cost them 4 s each
order by
  l.exercice, l.dispositif collate "C", l.mesure collate "C", l.fichier collate "C", l.ligne nulls first, l.rang collate "C" nulls first
