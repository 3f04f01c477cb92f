-- Controls against what others hold: balance DGFiP, DECP, ledger of the whole budget (S4).
-- A control without its data is sans_donnee. Amounts are HT for a VAT-registered budget, as in its accounts (R3g).
with exercices as (
  select * from {{ ref('int_exercices') }} where demande
),

ecritures as (
  select exercice, sens, nature, sum(montant) as montant
  from {{ ref('int_ecritures') }}
  where comptee and nature ~ '^[67]'
  group by exercice, sens, nature
),

balance as (
  select exer as exercice, compte, sum(obnetdeb - oobdeb) as debit, sum(obnetcre - oobcre) as credit
  from {{ ref('stg_compta__balance') }}
  where compte ~ '^[67]'
  group by exer, compte
),

comptes as (
  select
    coalesce(b.exercice, e.exercice) as exercice,
    coalesce(b.compte, e.nature) as compte,
    coalesce(b.debit, 0) as debit,
    coalesce(b.credit, 0) as credit,
    coalesce(e.mandats, 0) as mandats,
    coalesce(e.titres, 0) as titres
  from balance as b
  full join (
    select exercice, nature,
      sum(montant) filter (where sens = 'mandat') as mandats,
      sum(montant) filter (where sens = 'titre') as titres
    from ecritures
    group by exercice, nature
  ) as e on b.exercice = e.exercice and b.compte = e.nature
),

ecarts_balance as (
  select exercice, count(*) as nombre, string_agg(compte, ', ' order by compte) filter (where rang <= 5) as comptes
  from (
    select *, row_number() over (partition by exercice order by compte) as rang
    from comptes
    where abs(debit - mandats) > 0.01 or abs(credit - titres) > 0.01
  ) as c
  group by exercice
),

decp as (
  select exercice_fichier as exercice, identifiant, siret_titulaire from {{ ref('stg_cam__decp') }}
),

ecarts_decp as (
  select e.exercice, count(*) as nombre
  from exercices as e
  inner join {{ ref('stg_cam__marches') }} as m on m.exercice_fichier = e.exercice
  where not exists (
    select 1 from decp as d
    where d.exercice = e.exercice and d.identifiant = m.numero_marche and d.siret_titulaire = m.siret_titulaire
  )
  group by e.exercice
),

ordre as (
  select exercice,
    sum(montant) filter (where nature like '6811%' and sens = 'mandat') as dotations,
    sum(montant) filter (where nature like '777%' and sens = 'titre') as reprises
  from {{ ref('int_ecritures') }}
  where type_piece = '03' and statut_compte
  group by exercice
),

paie as (
  select exercice_fichier as exercice, sum(masse_salariale) as masse, sum(coalesce(attenuations, 0)) as attenuations
  from {{ ref('stg_rh__masse_salariale') }}
  group by exercice_fichier
),

-- the accounts that define the payroll are those of the shipped roles, whatever the drop makes of them in the costs
personnel as (
  select e.exercice,
    sum(e.montant) filter (where e.sens = 'mandat' and r.role_livre = 'personnel') as masse,
    sum(e.montant) filter (where e.sens = 'titre' and r.role_livre = 'attenuation') as attenuations
  from ecritures as e
  inner join {{ ref('int_roles_comptes') }} as r using (exercice, nature)
  group by e.exercice
),

-- an asset shared by several rows is depreciated once, and each of its subsidies released once
biens as (
  select exercice, sum(dotation) as dotation
  from (select distinct exercice, bien, dotation from {{ ref('int_amortissements') }}) as b
  group by exercice
),

reprises as (
  select exercice, sum(reprise) as reprise
  from (select distinct exercice, bien, numero_subvention, reprise from {{ ref('int_amortissements') }}) as s
  group by exercice
),

cee as (
  select
    e.exercice,
    (select sum(v.produit) from {{ ref('int_cee_ventes') }} as v where v.exercice = e.exercice) as produit,
    (
      select sum(o.part - o.frais) from {{ ref('int_cee_operations') }} as o
      where o.exercice = e.exercice and not o.est_epci
    ) as reversement,
    (
      select sum(x.montant) from {{ ref('int_ecritures') }} as x
      where x.exercice = e.exercice and x.comptee and x.sens = 'titre' and x.role = 'produit_cee'
    ) as produit_compte,
    (select sum(x.montant) from ecritures as x where x.exercice = e.exercice and x.sens = 'mandat' and x.nature like '657%')
      as reversement_compte
  from exercices as e
),

rapprochements as (
  select e.exercice, e.grand_livre_complet, v.controle, v.attendue, v.constatee
  from exercices as e
  left join paie as p using (exercice)
  left join personnel as r using (exercice)
  left join ordre as o using (exercice)
  left join biens as b using (exercice)
  left join reprises as s using (exercice)
  left join cee as c using (exercice)
  cross join lateral (
    values
    ('masse_salariale_compte', coalesce(p.masse, 0), coalesce(r.masse, 0)),
    ('masse_salariale_compte', coalesce(p.attenuations, 0), coalesce(r.attenuations, 0)),
    ('dotations_6811', coalesce(b.dotation, 0), coalesce(o.dotations, 0)),
    ('reprises_777', coalesce(s.reprise, 0), coalesce(o.reprises, 0)),
    ('cee_compte', coalesce(c.produit, 0), coalesce(c.produit_compte, 0)),
    ('cee_compte', coalesce(c.reversement, 0), coalesce(c.reversement_compte, 0))
  ) as v (controle, attendue, constatee)
)

select
  e.exercice,
  'balance_dgfip' as controle,
  '' as cle,
  case
    when not exists (select 1 from balance as b where b.exercice = e.exercice) then 'sans_donnee'
    when x.nombre is null then 'conforme'
    else 'ecart'
  end as statut,
  'balance par compte' as valeur_attendue,
  case when x.nombre is not null then x.nombre || ' compte(s) en écart : ' || x.comptes end as valeur_constatee,
  '0,01 €' as seuil
from exercices as e
left join ecarts_balance as x using (exercice)
union all
select
  e.exercice,
  'decp',
  '',
  case
    when not exists (select 1 from decp as d where d.exercice = e.exercice) then 'sans_donnee'
    when x.nombre is null then 'conforme'
    else 'ecart'
  end,
  'marché et titulaire déclarés',
  case when x.nombre is not null then x.nombre || ' marché(s) sans équivalent' end,
  null
from exercices as e
left join ecarts_decp as x using (exercice)
union all
select
  exercice,
  controle,
  '',
  case
    when not grand_livre_complet then 'sans_donnee'
    when bool_and(abs(attendue - constatee) <= 0.01) then 'conforme'
    else 'ecart'
  end,
  string_agg(trim_scale(attendue)::text, ' ; ' order by attendue desc),
  string_agg(trim_scale(constatee)::text, ' ; ' order by attendue desc),
  '0,01 €'
from rapprochements
group by exercice, controle, grand_livre_complet
